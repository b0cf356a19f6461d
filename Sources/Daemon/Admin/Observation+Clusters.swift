import Proxy

// The answer to `GET /clusters`.
extension Observation {
  /// One row for each backend.
  var clustersTable: String {
    var table = TextTable([
      "CLUSTER", "SUBCLUSTER", "BACKEND", "STATE", "WEIGHT", "IN-FLIGHT", "OPEN", "IDLE", "WAITING",
      "TRIES", "2XX", "4XX", "5XX", "FAILED", "RETRIES", "EJECTED",
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
        ] + numbers.map { "\($0)" })
    }
    return table.text
  }

  /// An array of clusters with their backends.
  var clustersJSON: String {
    JSONText.array(
      clusters.map { cluster in
        JSONText.object([
          "name": JSONText.string(cluster.name),
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
    ])
  }
}
