import Proxy

// The answer to `GET /clusters`.
extension Observation {
  /// One row for each backend.
  var clustersTable: String {
    var table = TextTable([
      "CLUSTER", "SUBCLUSTER", "BACKEND", "STATE", "WEIGHT", "IN-FLIGHT", "OPEN", "IDLE", "WAITING",
      "TRIES", "2XX", "4XX", "5XX", "FAILED", "RETRIES", "EJECTED", "P50", "P99",
    ])
    for backend in backends {
      let numbers = [
        backend.begun, backend.responses.classes[1], backend.responses.classes[3],
        backend.responses.classes[4], backend.failures &+ backend.connectFailures,
        backend.retries, backend.ejections,
      ]
      table.add(
        [
          backend.cluster, backend.subcluster, backend.address, backend.state,
          "\(backend.subclusterWeight)/\(backend.weight)", "\(backend.inFlight)",
          "\(backend.open)", "\(backend.idle)", "\(backend.waiting)",
        ] + numbers.map { "\($0)" }
          + [0.5, 0.99].map { backend.times.quantile($0).map(Self.time) ?? "-" })
    }
    return table.text
  }

  /// Whole milliseconds from 10 on, else with one digit.
  private static func time(_ microseconds: UInt64) -> String {
    microseconds < 10_000
      ? "\(microseconds / 1000).\(microseconds / 100 % 10)ms" : "\(microseconds / 1000)ms"
  }

  /// An array of clusters with their backends.
  var clustersJSON: String {
    JSONText.array(
      clusters.map { cluster in
        JSONText.object([
          "name": JSONText.string(cluster.name),
          "panicking": "\(cluster.isPanicking)",
          "in_flight": "\(cluster.inFlight)",
          "waiting": "\(cluster.waiting)",
          "retries_over_budget": "\(cluster.retriesOverBudget)",
          "retry_budget_left": "\(cluster.retriesLeft)",
          "backends": JSONText.array(
            backends.filter { $0.cluster == cluster.name }.map(\.json)),
        ])
      })
  }
}

extension Observation.Backend {
  /// In one word.
  var state: String {
    if weight == 0 || subclusterWeight == 0 { return "off" }
    if decidedState != .up { return decidedState.name }
    if health == .unhealthy { return "unhealthy" }
    if ejectedMilliseconds > 0 { return "ejected" }
    return isUsable ? "up" : "resting"
  }

  fileprivate var json: String {
    JSONText.object([
      "subcluster": JSONText.string(subcluster),
      "address": JSONText.string(address),
      "state": JSONText.string(state),
      "configured_state": JSONText.string(configuredState.name),
      "assigned_state": assignedState.map { JSONText.string($0.name) } ?? "null",
      "health": JSONText.string(health.rawValue),
      "ejected_ms": "\(ejectedMilliseconds)",
      "rest_ms": "\(restMilliseconds)",
      "weight": "\(weight)",
      "subcluster_weight": "\(subclusterWeight)",
      "in_flight": "\(inFlight)",
      "waiting": "\(waiting)",
      "connections": JSONText.object([
        "open": "\(open)", "idle": "\(idle)", "opened": "\(opened)",
      ]),
      "tries": "\(begun)",
      "responses": JSONText.array(responses.classes.map { "\($0)" }),
      "failures": "\(failures)",
      "connect_failures": "\(connectFailures)",
      "retries": "\(retries)",
      "ejections": "\(ejections)",
      "answer_us": JSONText.object([
        "p50": times.quantile(0.5).map { "\($0)" } ?? "null",
        "p90": times.quantile(0.9).map { "\($0)" } ?? "null",
        "p99": times.quantile(0.99).map { "\($0)" } ?? "null",
      ]),
    ])
  }
}
