import Configuration
import TLS

/// What all workers share, by what it belongs to; it outlives reloads. Kept by the control loop.
struct SharedState: Sendable {
  var backends: [BackendIdentity: SharedBackend] = [:]
  var listeners: [String: ConnectionCount] = [:]
  /// Sessions of clients without tickets, by listener.
  var sessionCaches: [String: TLSSessionCache] = [:]
  /// What session tickets are sealed with where no files say otherwise: this key and those before it,
  /// on all workers and over reloads.
  var ticketKeys: [TLSTicketKey] = []
  /// For a configuration that names no limit.
  var defaultMaxConnections = Int.max

  /// Adds what is new in `configuration`, and forgets what is no longer in it.
  mutating func update(for configuration: ResolvedConfiguration) {
    var backends: [BackendIdentity: SharedBackend] = [:]
    for cluster in configuration.routing.clusters {
      for subcluster in cluster.subclusters {
        for (identity, _, _) in BackendIdentity.all(of: subcluster, in: cluster, configuration) {
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
    updateSessions(for: configuration.tls)
  }

  private mutating func updateSessions(for material: TLSMaterial) {
    var caches: [String: TLSSessionCache] = [:]
    for (name, listener) in material.listeners where listener.sessionCapacity > 0 {
      let known = sessionCaches[name].flatMap {
        $0.capacity == listener.sessionCapacity ? $0 : nil
      }
      caches[name] = known ?? TLSSessionCache(capacity: listener.sessionCapacity)
    }
    sessionCaches = caches
    if ticketKeys.isEmpty { rotateTicketKeys() }
  }

  /// Seals with a new key from now on, and opens with the last two as well.
  mutating func rotateTicketKeys() {
    guard let fresh = TLSTicketKey.random() else { return }
    ticketKeys = [fresh] + ticketKeys.prefix(1)
  }
}
