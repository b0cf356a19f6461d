import EventLoop
import Synchronization

// What operators decide about backends.
extension WorkerGroup {
  /// Decides about the backends that `name` means, until somebody decides otherwise, or a reload
  /// brings another state for them.
  ///
  /// - Parameters:
  ///   - state: nil: what the configuration says.
  ///   - name: An address alone, or after `cluster/` or `cluster/subcluster/`.
  /// - Returns: Whether there are such backends.
  public func assign(_ state: AssignedState?, to name: String) -> Bool {
    let now = Instant.read().milliseconds
    let named = shared.withLock { shared in
      let named = shared.backends.values.filter { $0.isNamed(name) }
      for backend in named { shared.note(state, of: backend) }
      return named
    }
    for backend in named where backend.override(state, at: now) {
      onEvent(
        .backendAssigned(
          cluster: backend.identity.cluster, backend: backend.label,
          state: backend.assignedState, isOfConfiguration: state == nil))
    }
    return !named.isEmpty
  }
}

extension SharedBackend {
  fileprivate func isNamed(_ name: String) -> Bool {
    Observation.isName(name, of: label, in: identity.subcluster, of: identity.cluster)
  }
}

extension Observation {
  fileprivate static func isName(
    _ name: String, of address: String, in subcluster: String, of cluster: String
  ) -> Bool {
    name == address || name == "\(cluster)/\(address)"
      || name == "\(cluster)/\(subcluster)/\(address)"
  }
}

extension Observation.Backend {
  /// Whether `name` means it: the address alone, or after `cluster/` or `cluster/subcluster/`.
  public func isNamed(_ name: String) -> Bool {
    Observation.isName(name, of: address, in: subcluster, of: cluster)
  }
}
