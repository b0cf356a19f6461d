import Configuration

/// What all workers share, by what it belongs to; it outlives reloads. Kept by the control loop.
struct SharedState: Sendable {
  var backends: [BackendIdentity: SharedBackend] = [:]
  var listeners: [String: ConnectionCount] = [:]
  /// For a configuration that names no limit.
  var defaultMaxConnections = Int.max

  /// Adds what is new in `configuration`, and forgets what is no longer in it.
  mutating func update(for configuration: ResolvedConfiguration) {
    var backends: [BackendIdentity: SharedBackend] = [:]
    for cluster in configuration.routing.clusters {
      for subcluster in cluster.subclusters {
        for (identity, _, _) in BackendIdentity.all(
          of: subcluster, in: cluster.name, addresses: configuration.addresses)
        {
          backends[identity] = self.backends[identity] ?? SharedBackend(identity)
        }
      }
    }
    self.backends = backends
    var listeners: [String: ConnectionCount] = [:]
    for listener in configuration.routing.listeners {
      listeners[listener.name] = self.listeners[listener.name] ?? ConnectionCount()
    }
    self.listeners = listeners
  }
}
