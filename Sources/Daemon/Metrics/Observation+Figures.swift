import Metrics
import Proxy

/// A metric with one value for each of many.
struct Figure<Subject: Sendable>: Sendable {
  let name: StaticString
  let kind: MetricsWriter.Kind
  let help: StaticString
  let value: @Sendable (Subject) -> UInt64
}

/// A histogram for each of many.
struct Distribution<Subject: Sendable>: Sendable {
  let name: StaticString
  let help: StaticString
  /// Whether it counts microseconds, which are told as seconds; if not, octets.
  var isOfTimes = true
  let counts: @Sendable (Subject) -> HistogramCounts
}

extension Observation.Listener {
  static let figures: [Figure<Self>] = [
    Figure(
      name: "portico_connections_accepted", kind: .counter, help: "Client connections accepted."
    ) { $0.accepted },
    Figure(
      name: "portico_connections_open", kind: .gauge, help: "Client connections that are open."
    ) { UInt64(clamping: $0.open) },
    Figure(
      name: "portico_listener_requests", kind: .counter, help: "Requests that were served."
    ) { $0.requests },
  ]

  static let distributions: [Distribution<Self>] = [
    Distribution(
      name: "portico_first_byte_seconds",
      help: "From the request's head to the response's, tunnels included."
    ) { $0.firstByte },
    Distribution(
      name: "portico_request_duration_seconds",
      help: "From the request's head to the end of the response."
    ) { $0.duration },
    Distribution(
      name: "portico_request_size_bytes", help: "Content of requests.", isOfTimes: false
    ) { $0.requestSize },
    Distribution(
      name: "portico_response_size_bytes", help: "Content of responses of backends.",
      isOfTimes: false
    ) { $0.responseSize },
  ]
}

extension Observation.Route {
  static let figures: [Figure<Self>] = [
    Figure(
      name: "portico_route_received_bytes", kind: .counter, help: "Content from clients."
    ) { $0.octetsIn },
    Figure(
      name: "portico_route_sent_bytes", kind: .counter, help: "Content of backends to clients."
    ) { $0.octetsOut },
  ]
}

extension Observation.Cluster {
  static let distributions: [Distribution<Self>] = [
    Distribution(
      name: "portico_cluster_first_byte_seconds",
      help: "From the request's head to the response's, by cluster."
    ) { $0.firstByte },
    Distribution(
      name: "portico_cluster_duration_seconds",
      help: "From the request's head to the end of the response, by cluster."
    ) { $0.duration },
  ]

  static let figures: [Figure<Self>] = [
    Figure(
      name: "portico_cluster_retries_over_budget", kind: .counter,
      help: "Further tries that were due and not had, because the budget was used up."
    ) { $0.retriesOverBudget },
    Figure(
      name: "portico_cluster_retry_budget_left", kind: .gauge,
      help: "Further tries that the budgets of all workers allow at the moment."
    ) { $0.retriesLeft },
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
  static let figures: [Figure<Self>] = [
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
