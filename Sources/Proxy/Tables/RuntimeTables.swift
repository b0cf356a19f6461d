import Configuration
import EventLoop

/// Everything that a request on one worker meets, made from one configuration.
///
/// The control loop makes one set per worker: a shared one would share buffers and their reference
/// counts. A request holds on to the set that it began with.
final class RuntimeTables {
  let listeners: [String: ListenerRuntime]
  let clusters: [ClusterRuntime]
  /// Open client connections over all workers.
  let maxConnections: Int

  /// An empty set, from before the first configuration.
  init() {
    listeners = [:]
    clusters = []
    maxConnections = 0
  }

  /// - Parameters:
  ///   - shared: The state that all workers share.
  ///   - worker: Index of the worker; the workers' sequences start staggered.
  init(
    _ configuration: ResolvedConfiguration, shared: SharedState, worker: Int
  ) {
    let routing = configuration.routing
    let counters = shared.counters.share(of: worker)
    let clusters = routing.clusters.map {
      ClusterRuntime(
        $0, configuration, shared: shared, startingAt: worker, counters: counters)
    }
    self.clusters = clusters
    let routes = routing.routes.map {
      RouteRuntime($0, clusters: clusters, counters: counters.routes[$0.name])
    }
    // On any listener: who cannot come with such a field to one must not come with it to another.
    let identityFields = routing.listeners.flatMap { $0.tls?.clients?.fields ?? [] }
      .map { Array($0.name.lowercased().utf8) }
    var listeners: [String: ListenerRuntime] = [:]
    for (index, listener) in routing.listeners.enumerated() {
      listeners[listener.name] = ListenerRuntime(
        listener, routes: routes,
        table: RouteTable(routes: routing.routes, listener: index),
        load: shared.listeners[listener.name] ?? ConnectionCount(),
        counters: counters.listeners[listener.name],
        encryption: Self.encryption(of: listener, configuration, shared),
        forbiddenFields: identityFields)
    }
    self.listeners = listeners
    maxConnections = routing.maxConnections ?? shared.defaultMaxConnections
  }

  private static func encryption(
    of listener: ListenerConfig, _ configuration: ResolvedConfiguration, _ shared: SharedState
  ) -> ListenerEncryption? {
    listener.tls.map { config in
      ListenerEncryption(
        config, timeouts: listener.timeouts,
        protocols: ListenerPlan(listener).applicationProtocols,
        material: configuration.tls.listeners[listener.name], shared: shared,
        listener: listener.name)
    }
  }
}
