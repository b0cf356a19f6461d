import Bytes
import Configuration
import EventLoop
import TLS

/// What all workers share, by what it belongs to; it outlives reloads. Kept by the control loop.
struct SharedState: Sendable {
  var backends: [BackendIdentity: SharedBackend] = [:]
  var clusters: [String: SharedCluster] = [:]
  /// What operators have decided at run time, by ``BackendIdentity/place``. Also of backends that
  /// are not there now: those of a name come and go.
  private(set) var assignments: [BackendIdentity: Assignment] = [:]
  /// Requests in flight of each subcluster, by cluster and subcluster.
  var subclusterLoads: [String: [String: SharedCounter]] = [:]
  var listeners: [String: ConnectionCount] = [:]
  /// Sessions of clients without tickets, by listener.
  var sessionCaches: [String: TLSSessionCache] = [:]
  /// What session tickets are sealed with where no files say otherwise, and then the key before it:
  /// the same on all workers and over reloads.
  var ticketKeys: [TLSTicketKey] = []
  /// For a configuration that names no limit.
  var defaultMaxConnections = Int.max
  /// What the workers count.
  var counters = CounterRegistry()
  /// What serves now.
  private(set) var configuration: ResolvedConfiguration?

  /// Adds what is new in `configuration`, and forgets what is no longer in it.
  mutating func update(for configuration: ResolvedConfiguration) {
    updateBackends(for: configuration)
    counters.update(for: configuration.routing, backends: backends.keys)
    self.configuration = configuration
    var listeners: [String: ConnectionCount] = [:]
    for listener in configuration.routing.listeners {
      listeners[listener.name] = self.listeners[listener.name] ?? ConnectionCount()
    }
    self.listeners = listeners
    updateSessions(for: configuration.tls)
  }

  private mutating func updateBackends(for configuration: ResolvedConfiguration) {
    var backends: [BackendIdentity: SharedBackend] = [:]
    var clusters: [String: SharedCluster] = [:]
    var loads: [String: [String: SharedCounter]] = [:]
    let known = Dictionary(
      self.backends.values.map { ($0.identity.place, $0) }, uniquingKeysWith: { one, _ in one })
    for config in configuration.routing.clusters {
      let cluster = self.clusters[config.name] ?? SharedCluster()
      clusters[config.name] = cluster
      let members = config.subclusters.flatMap { subcluster in
        BackendIdentity.all(of: subcluster, in: config, configuration)
      }
      let identities = members.map(\.0)
      // Those of the new ones lie together, to be read in a row.
      let fresh = identities.filter { self.backends[$0] == nil }
      let counters = SharedCounters(count: fresh.count)
      for (index, identity) in fresh.enumerated() where backends[identity] == nil {
        let backend = SharedBackend(identity, cluster: cluster, inFlight: counters[index])
        // The same server, verified in another way: its connections are not the same, its condition
        // is.
        if let before = known[identity.place] { backend.adoptCondition(of: before) }
        backends[identity] = backend
      }
      // Those that are there from the cluster's beginning need not begin slowly.
      let now = self.clusters[config.name] == nil ? nil : Instant.read().milliseconds
      for identity in fresh where known[identity.place] == nil {
        if let now { backends[identity]?.returned(at: now) }
      }
      for (identity, _, _, state) in members {
        backends[identity] = backends[identity] ?? self.backends[identity]
        if let backend = backends[identity] { configure(backend, AssignedState(state)) }
      }
      for subcluster in config.subclusters {
        loads[config.name, default: [:]][subcluster.name] =
          subclusterLoads[config.name]?[subcluster.name] ?? SharedCounters(count: 1)[0]
      }
      // Workers look at all of them with the new weights.
      cluster.changed()
    }
    (self.backends, self.clusters, subclusterLoads) = (backends, clusters, loads)
  }

  /// What an operator has decided about a backend.
  struct Assignment {
    let state: AssignedState
    /// What the configuration said then: it holds until that is another.
    let configured: AssignedState
  }

  /// Remembers what an operator has decided; nil: nothing any more.
  mutating func note(_ state: AssignedState?, of backend: SharedBackend) {
    assignments[backend.identity.place] = state.map {
      Assignment(state: $0, configured: backend.configuredState)
    }
  }

  private mutating func configure(_ backend: SharedBackend, _ state: AssignedState) {
    backend.configure(state)
    guard let known = assignments[backend.identity.place] else { return }
    if known.configured != state {
      assignments[backend.identity.place] = nil
    } else if backend.overriddenState != known.state {
      _ = backend.override(known.state, at: Instant.read().milliseconds)
    }
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

  /// Seals with a new key from now on, and opens with the one before as well.
  mutating func rotateTicketKeys() {
    guard let fresh = TLSTicketKey.random() else { return }
    ticketKeys = [fresh] + ticketKeys.prefix(1)
  }
}
