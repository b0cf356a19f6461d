import Addressing
import Balancing
import Bytes
import Configuration
import EventLoop

/// One cluster as one worker meets it.
final class ClusterRuntime {
  let name: String
  let hostPolicy: ClusterConfig.HostPolicy
  let hostLiteral: [UInt8]
  let backendProtocol: ClusterConfig.BackendProtocol
  let http2: BackendHTTP2Plan
  let connectTimeout: Interval
  let responseHeadTimeout: Interval
  let bodyIdleTimeout: Interval
  let writeIdleTimeout: Interval
  let queueTimeout: Interval
  /// The most that a `grpc-timeout` can ask for.
  let grpcMaxTimeout: Interval
  /// nil: backends are spoken to in clear.
  let encryption: ClusterEncryption?
  /// In the order of the balancer's indices.
  let backends: [BackendRuntime]
  /// Their names, in the order of the balancer's indices.
  let subclusters: [String]
  private let shared: SharedCluster
  private var balancer: ClusterBalancer
  /// What the balancer takes each backend for.
  private var availability: [BackendAvailability]
  /// ``SharedCluster/changeCount`` when it was told so.
  @Cell private var seenChanges: UInt64 = 0
  /// When something will be different by itself, in milliseconds.
  @Cell private var nextChange: UInt64 = 0

  init(
    _ config: ClusterConfig, _ configuration: ResolvedConfiguration, shared state: SharedState,
    startingAt: Int
  ) {
    name = config.name
    backendProtocol = config.protocol
    http2 = BackendHTTP2Plan(config.http2)
    hostPolicy = config.host
    if case .literal(let text) = config.host {
      hostLiteral = Array(text.utf8)
    } else {
      hostLiteral = []
    }
    connectTimeout = Interval(config.timeouts.connect)
    responseHeadTimeout = Interval(config.timeouts.responseHead)
    bodyIdleTimeout = Interval(config.timeouts.bodyIdle)
    writeIdleTimeout = Interval(config.timeouts.writeIdle)
    grpcMaxTimeout = Interval(config.timeouts.grpcMax)
    queueTimeout = Interval(config.timeouts.queue)
    encryption = config.tls.map { _ in
      ClusterEncryption(config, material: configuration.tls.clusters[config.name])
    }
    shared = state.clusters[config.name] ?? SharedCluster()
    var backends: [BackendRuntime] = []
    var subclusters: [SubclusterPlan] = []
    for subcluster in config.subclusters {
      let load = state.subclusterLoads[config.name]?[subcluster.name]
      var members: [BackendPlan] = []
      for (identity, address, weight) in BackendIdentity.all(
        of: subcluster, in: config, configuration)
      {
        guard let known = state.backends[identity] else { continue }
        backends.append(
          BackendRuntime(
            index: backends.count, subcluster: subcluster.name, address: address,
            pool: ConnectionPool(known, settings: PoolSettings(config.pool))))
        members.append(BackendPlan(weight: weight, inFlight: known.inFlight))
      }
      subclusters.append(
        SubclusterPlan(weight: subcluster.weight, inFlight: load, members: .backends(members)))
    }
    self.backends = backends
    self.subclusters = config.subclusters.map(\.name)
    availability = backends.map { _ in .usable }
    balancer = ClusterBalancer(subclusters, startingAt: startingAt)
  }

  // MARK: Choosing

  /// Where the next request goes, or nil when no backend can be used.
  ///
  /// What was chosen may have become unusable since another worker said so: ``SharedBackend/beginTry(at:)``
  /// knows, and then ``lookAgain()`` is due.
  ///
  /// - Parameter excluded: Indices of backends that this request must not go to.
  func pick(_ query: BalanceQuery, excluding excluded: [Int] = []) -> ClusterBalancer.Choice? {
    let changes = shared.changeCount
    if changes != seenChanges || query.now >= nextChange {
      look(at: query.now)
      seenChanges = changes
    }
    return balancer.pick(query, excluding: excluded)
  }

  /// Makes the next choice look at all backends before.
  func lookAgain() { seenChanges = 0 }

  private func look(at now: UInt64) {
    var next = UInt64.max
    for index in backends.indices {
      let state = backends[index].pool.shared.availability(at: now)
      availability[index] = state
      next = min(next, state.until)
    }
    nextChange = next
    balancer.update(availability)
  }

  /// Milliseconds until the first resting backend may be tried, for `Retry-After`.
  func shortestRest(at now: Instant) -> UInt64 {
    backends.map { $0.pool.shared.rest.remaining(at: now.milliseconds) }.min() ?? 0
  }

  /// Goes on with the sequences of `old`, for what stands in both.
  func adoptBalance(of old: ClusterRuntime) {
    var subclusters: [String: Int] = [:]
    var positions: [BackendIdentity: Int] = [:]
    for (index, backend) in old.backends.enumerated() {
      positions[backend.pool.shared.identity] = index
    }
    for (index, name) in old.subclusters.enumerated() { subclusters[name] = index }
    balancer.adopt(
      from: old.balancer, subcluster: { index in subclusters[self.subclusters[index]] },
      backend: { positions[self.backends[$0].pool.shared.identity] })
  }
}

extension Instant {
  /// Whole milliseconds, as the balancing of backends counts them.
  var milliseconds: UInt64 { UInt64(clamping: microseconds / 1000) }
}
