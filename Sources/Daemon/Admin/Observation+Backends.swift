import Proxy

// The answer to `GET /backends`: who is in use, who is not, and why.
extension Observation {
  /// One row for each backend, or for those alone that `name` means.
  func backendsTable(named name: String? = nil) -> String {
    var table = TextTable([
      "CLUSTER", "SUBCLUSTER", "BACKEND", "STATE", "BY", "HEALTH", "CONDITION", "REQUESTS",
      "CONNECTIONS", "WAITING",
    ])
    for backend in backends where name.map(backend.isNamed) ?? true {
      table.add([
        backend.cluster, backend.subcluster, backend.address, backend.decidedState.name,
        backend.decidedBy, backend.health.rawValue, backend.condition, "\(backend.inFlight)",
        "\(backend.open)", "\(backend.waiting)",
      ])
    }
    return table.text
  }

  /// As ``backendsTable(named:)``, an array of objects.
  func backendsJSON(named name: String? = nil) -> String {
    JSONText.array(
      backends.filter { name.map($0.isNamed) ?? true }.map { backend in
        JSONText.object([
          "cluster": JSONText.string(backend.cluster),
          "subcluster": JSONText.string(backend.subcluster),
          "address": JSONText.string(backend.address),
          "state": JSONText.string(backend.decidedState.name),
          "by": JSONText.string(backend.decidedBy),
          "configured_state": JSONText.string(backend.configuredState.name),
          "health": JSONText.string(backend.health.rawValue),
          "ejected_ms": "\(backend.ejectedMilliseconds)",
          "rest_ms": "\(backend.restMilliseconds)",
          "in_flight": "\(backend.inFlight)",
          "connections": "\(backend.open)",
          "waiting": "\(backend.waiting)",
        ])
      })
  }
}

extension Observation.Backend {
  /// What counts of what operator and configuration say.
  var decidedState: AssignedState { assignedState ?? configuredState }

  fileprivate var decidedBy: String { assignedState == nil ? "configuration" : "operator" }

  fileprivate var condition: String {
    if ejectedMilliseconds > 0 { return "ejected for \(ejectedMilliseconds)ms" }
    return restMilliseconds > 0 ? "rests for \(restMilliseconds)ms" : "-"
  }
}
