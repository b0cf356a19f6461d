import Metrics
import Proxy

// Metrics of listeners, routes and clusters: what clients meet.
extension Observation {
  private static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

  func writeListeners(to writer: inout MetricsWriter) {
    let labelled = listeners.map { ($0, [MetricsWriter.Label("listener", $0.name)]) }
    writer.write(Listener.figures, of: labelled)
    writer.write(Listener.distributions, of: labelled)
    writer.begin(
      "portico_connections_parked", .gauge, "Client connections that wait without a task or buffer."
    )
    writer.sample(parkedConnections)
    writer.begin("portico_accept_pauses", .counter, "Pauses of 100 ms in accepting, by reason.")
    for pause in Pause.allCases { writer.sample([("reason", pause.rawValue)], pauses[pause] ?? 0) }
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
    writer.write(Route.figures, of: routes.map { ($0, [MetricsWriter.Label("route", $0.name)]) })
  }

  func writeClusters(to writer: inout MetricsWriter) {
    let labelled = clusters.map { ($0, [MetricsWriter.Label("cluster", $0.name)]) }
    writer.write(Cluster.distributions, of: labelled)
    writer.write(Cluster.figures, of: labelled)
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
    writer.write(Backend.figures, of: labelled)
  }
}

extension Observation.Backend {
  fileprivate var labels: [MetricsWriter.Label] {
    [("cluster", cluster), ("subcluster", subcluster), ("backend", address)]
  }
}

extension MetricsWriter {
  fileprivate mutating func write<Subject>(
    _ figures: [Figure<Subject>], of subjects: [(Subject, [Label])]
  ) {
    for figure in figures {
      begin(figure.name, figure.kind, figure.help)
      for (subject, labels) in subjects { sample(labels, figure.value(subject)) }
    }
  }

  fileprivate mutating func write<Subject>(
    _ distributions: [Distribution<Subject>], of subjects: [(Subject, [Label])]
  ) {
    for distribution in distributions {
      begin(distribution.name, .histogram, distribution.help)
      for (subject, labels) in subjects {
        let counts = distribution.counts(subject)
        histogram(
          labels, bounds: counts.bounds, buckets: counts.buckets, sum: counts.sum,
          millionths: distribution.isOfTimes)
      }
    }
  }

  fileprivate mutating func times(_ counts: AnswerTimeCounts, _ labels: [Label]) {
    let parts: [(StaticString, Double)] = [("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)]
    summary(
      labels,
      quantiles: parts.compactMap { part, q in counts.quantile(q).map { (part, $0) } },
      sum: counts.sum, count: counts.count)
  }
}
