import HTTPSemantics
import Metrics
import Proxy

// Metrics of what went wrong, and of the workers.
extension Observation {
  func writeReasons(to writer: inout MetricsWriter) {
    writer.begin(
      "portico_request_errors", .counter,
      "Requests that ended with an error of Portico's own, or early, by reason.")
    write(errors, to: &writer)
    writer.begin(
      "portico_refusals", .counter,
      "Input that broke a rule, of clients and of HTTP/2 backends, by reason.")
    write(refusals, to: &writer)
  }

  /// Only what has happened: there are more reasons than anyone wants to look at.
  private func write(_ counts: [Reason: UInt64], to writer: inout MetricsWriter) {
    for reason in Reason.allCases {
      if let count = counts[reason], count > 0 {
        writer.sample([("reason", reason.rawValue)], count)
      }
    }
  }

  func writeWorkers(to writer: inout MetricsWriter) {
    writer.begin(
      "portico_access_log_dropped_lines", .counter,
      "Lines that found no room, or could not be written.")
    writer.sample(droppedLogLines)
    writer.begin("portico_worker_connections", .gauge, "Client connections of a worker.")
    for loop in loops {
      writer.sample([("worker", "\(loop.worker)")], UInt64(clamping: loop.connections))
    }
    writer.begin("portico_worker_turns", .counter, "Turns of a worker's loop.")
    for loop in loops { writer.sample([("worker", "\(loop.worker)")], loop.turns) }
    writer.begin("portico_worker_busy_seconds", .counter, "Time that a worker did not wait.")
    for loop in loops {
      writer.sample([("worker", "\(loop.worker)")], microseconds: loop.busy)
    }
    writer.begin(
      "portico_worker_longest_turn_seconds", .gauge, "The longest turn since the last scrape.")
    for loop in loops {
      writer.sample([("worker", "\(loop.worker)")], microseconds: loop.longestTurn)
    }
    writer.begin("portico_worker_jobs", .counter, "Tasks that a worker's turns have run.")
    for loop in loops { writer.sample([("worker", "\(loop.worker)")], loop.jobs) }
  }
}
