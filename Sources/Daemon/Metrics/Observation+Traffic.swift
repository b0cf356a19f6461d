import Metrics
import Proxy

// Metrics of listeners, routes and clusters: what clients meet.
extension Observation {
  private static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

  func writeListeners(to writer: inout MetricsWriter) {
    writer.begin("portico_connections_accepted", .counter, "Client connections accepted.")
    for listener in listeners { writer.sample([("listener", listener.name)], listener.accepted) }
    writer.begin("portico_connections_open", .gauge, "Client connections that are open.")
    for listener in listeners {
      writer.sample([("listener", listener.name)], UInt64(clamping: listener.open))
    }
    writer.begin(
      "portico_connections_parked", .gauge, "Client connections that wait without a task or buffer."
    )
    writer.sample(parkedConnections)
    writer.begin("portico_accept_pauses", .counter, "Pauses of 100 ms in accepting, by reason.")
    for pause in Pause.allCases { writer.sample([("reason", pause.rawValue)], pauses[pause] ?? 0) }
    writer.begin("portico_listener_requests", .counter, "Requests that were served.")
    for listener in listeners { writer.sample([("listener", listener.name)], listener.requests) }
    writeListenerHistograms(to: &writer)
  }

  private func writeListenerHistograms(to writer: inout MetricsWriter) {
    writer.begin(
      "portico_first_byte_seconds", .histogram,
      "From the request's head to the response's, tunnels included.")
    for listener in listeners { writer.times(listener.firstByte, [("listener", listener.name)]) }
    writer.begin(
      "portico_request_duration_seconds", .histogram,
      "From the request's head to the end of the response.")
    for listener in listeners { writer.times(listener.duration, [("listener", listener.name)]) }
    writer.begin("portico_request_size_bytes", .histogram, "Content of requests.")
    for listener in listeners { writer.sizes(listener.requestSize, [("listener", listener.name)]) }
    writer.begin("portico_response_size_bytes", .histogram, "Content of responses of backends.")
    for listener in listeners { writer.sizes(listener.responseSize, [("listener", listener.name)]) }
  }

  func writeRoutes(to writer: inout MetricsWriter) {
    writer.begin(
      "portico_requests", .counter,
      "Requests by route and class of status; route is empty where none was found or looked for.")
    for route in routes {
      for (index, name) in Self.classes.enumerated() {
        writer.sample([("route", route.name), ("class", name)], route.responses.classes[index])
      }
    }
    writer.begin("portico_route_received_bytes", .counter, "Content from clients.")
    for route in routes { writer.sample([("route", route.name)], route.octetsIn) }
    writer.begin("portico_route_sent_bytes", .counter, "Content of backends to clients.")
    for route in routes { writer.sample([("route", route.name)], route.octetsOut) }
  }

  func writeClusters(to writer: inout MetricsWriter) {
    writer.begin(
      "portico_cluster_first_byte_seconds", .histogram,
      "From the request's head to the response's, by cluster.")
    for cluster in clusters { writer.times(cluster.firstByte, [("cluster", cluster.name)]) }
    writer.begin(
      "portico_cluster_duration_seconds", .histogram,
      "From the request's head to the end of the response, by cluster.")
    for cluster in clusters { writer.times(cluster.duration, [("cluster", cluster.name)]) }
    for figure in Cluster.figures {
      writer.begin(figure.name, figure.kind, figure.help)
      for cluster in clusters {
        writer.sample([("cluster", cluster.name)], figure.value(cluster))
      }
    }
  }

  func writeBackends(to writer: inout MetricsWriter) {
    let labelled = backends.map { ($0, $0.labels) }
    writer.begin("portico_backend_responses", .counter, "Responses by backend and class of status.")
    for (backend, labels) in labelled {
      for (index, name) in Self.classes.enumerated() {
        writer.sample(labels + [("class", name)], backend.responses.classes[index])
      }
    }
    writer.begin(
      "portico_backend_answer_seconds", .summary,
      "From the request's end to the response's head; quantiles of the last one to two minutes.")
    for (backend, labels) in labelled { writer.times(backend.times, labels) }
    for figure in Backend.figures {
      writer.begin(figure.name, figure.kind, figure.help)
      for (backend, labels) in labelled { writer.sample(labels, figure.value(backend)) }
    }
  }
}

/// A metric with one value for each of many.
private struct Figure<Subject: Sendable>: Sendable {
  let name: StaticString
  let kind: MetricsWriter.Kind
  let help: StaticString
  let value: @Sendable (Subject) -> UInt64
}

extension Observation.Cluster {
  fileprivate static let figures: [Figure<Self>] = [
    Figure(
      name: "portico_cluster_retries_over_budget", kind: .counter,
      help: "Further tries that were due and not had, because the budget was used up."
    ) { $0.retriesOverBudget },
    Figure(
      name: "portico_cluster_hedges", kind: .counter,
      help: "Tries that began beside one that was not answered for a while."
    ) { $0.hedges },
    Figure(
      name: "portico_cluster_hedges_won", kind: .counter,
      help: "Those of them that were answered first."
    ) { $0.hedgesWon },
    Figure(
      name: "portico_cluster_in_flight", kind: .gauge,
      help: "Requests under way, of clusters with limits."
    ) { UInt64(clamping: $0.inFlight) },
    Figure(
      name: "portico_cluster_waiting", kind: .gauge, help: "Requests that wait for the limits."
    ) { UInt64(clamping: $0.waiting) },
    Figure(
      name: "portico_cluster_panicking", kind: .gauge,
      help: "Whether so few backends are well that all are used."
    ) { $0.isPanicking ? 1 : 0 },
  ]
}

extension Observation.Backend {

  fileprivate var labels: [MetricsWriter.Label] {
    [("cluster", cluster), ("subcluster", subcluster), ("backend", address)]
  }

  fileprivate static let figures: [Figure<Self>] = [
    Figure(name: "portico_backend_tries", kind: .counter, help: "Requests sent, retries included.")
    {
      $0.begun
    },
    Figure(name: "portico_backend_retries", kind: .counter, help: "Requests sent once more.") {
      $0.retries
    },
    Figure(
      name: "portico_backend_failures", kind: .counter, help: "Requests that the backend failed."
    ) { $0.failures },
    Figure(
      name: "portico_backend_connect_failures", kind: .counter,
      help: "Connections that were refused, or not established in time."
    ) { $0.connectFailures },
    Figure(
      name: "portico_backend_ejections", kind: .counter, help: "How often it was taken out."
    ) { $0.ejections },
    Figure(
      name: "portico_backend_connections_opened", kind: .counter, help: "Connections established."
    ) { $0.opened },
    Figure(name: "portico_backend_in_flight", kind: .gauge, help: "Requests under way.") {
      $0.inFlight
    },
    Figure(
      name: "portico_backend_waiting", kind: .gauge, help: "Requests that wait for a connection."
    ) { UInt64(clamping: $0.waiting) },
    Figure(
      name: "portico_backend_connections_open", kind: .gauge,
      help: "Connections that are open or about to be."
    ) { UInt64(clamping: $0.open) },
    Figure(
      name: "portico_backend_connections_idle", kind: .gauge, help: "Idle connections of HTTP/1."
    ) { $0.idle },
    Figure(
      name: "portico_backend_up", kind: .gauge,
      help: "Whether it gets requests, but for lack of others; the next five say why not."
    ) { $0.isUsable ? 1 : 0 },
    Figure(
      name: "portico_backend_unhealthy", kind: .gauge,
      help: "Whether its checks have found it unwell."
    ) { $0.health == .unhealthy ? 1 : 0 },
    Figure(
      name: "portico_backend_ejected", kind: .gauge,
      help: "Whether it is ejected for what it answered."
    ) { $0.ejectedMilliseconds > 0 ? 1 : 0 },
    Figure(
      name: "portico_backend_resting", kind: .gauge,
      help: "Whether it rests after refused connections."
    ) { $0.restMilliseconds > 0 ? 1 : 0 },
    Figure(
      name: "portico_backend_draining", kind: .gauge, help: "Whether it is decided to drain."
    ) { $0.decidedState == .drain ? 1 : 0 },
    Figure(
      name: "portico_backend_down", kind: .gauge, help: "Whether it is decided to be down."
    ) { $0.decidedState == .down ? 1 : 0 },
    Figure(name: "portico_backend_weight", kind: .gauge, help: "Its weight in its subcluster.") {
      UInt64(clamping: $0.weight)
    },
  ]
}

extension MetricsWriter {
  fileprivate mutating func times(_ counts: HistogramCounts, _ labels: [Label]) {
    histogram(
      labels, bounds: counts.bounds, buckets: counts.buckets, sum: counts.sum, millionths: true)
  }

  fileprivate mutating func times(_ counts: AnswerTimeCounts, _ labels: [Label]) {
    let parts: [(StaticString, Double)] = [("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)]
    summary(
      labels,
      quantiles: parts.compactMap { part, q in counts.quantile(q).map { (part, $0) } },
      sum: counts.sum, count: counts.count)
  }

  fileprivate mutating func sizes(_ counts: HistogramCounts, _ labels: [Label]) {
    histogram(
      labels, bounds: counts.bounds, buckets: counts.buckets, sum: counts.sum, millionths: false)
  }
}
