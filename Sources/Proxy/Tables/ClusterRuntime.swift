import Addressing
import Balancing
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
  private var balancer: ClusterBalancer

  init(
    _ config: ClusterConfig, _ configuration: ResolvedConfiguration,
    backends shared: [BackendIdentity: SharedBackend], startingAt: Int
  ) {
    name = config.name
    backendProtocol = config.protocol
    http2 = BackendHTTP2Plan(config)
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
    var backends: [BackendRuntime] = []
    var weights: [ClusterBalancer.Subcluster] = []
    for subcluster in config.subclusters {
      var members: [Int] = []
      for (identity, address, weight) in BackendIdentity.all(
        of: subcluster, in: config, configuration)
      {
        guard let state = shared[identity] else { continue }
        backends.append(
          BackendRuntime(
            subcluster: subcluster.name, address: address,
            pool: ConnectionPool(state, settings: PoolSettings(config.pool))))
        members.append(weight)
      }
      weights.append(.init(weight: subcluster.weight, backendWeights: members))
    }
    self.backends = backends
    balancer = ClusterBalancer(weights, startingAt: startingAt)
  }

  /// The next usable backend by weight, or nil.
  func pick(_ isUsable: (BackendRuntime) -> Bool) -> BackendRuntime? {
    balancer.pick { isUsable(backends[$0]) }.map { backends[$0.backend] }
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
    for (index, range) in old.balancer.backends.enumerated() where !range.isEmpty {
      subclusters[old.backends[range.lowerBound].subcluster] = index
    }
    let ours = balancer.backends.map { $0.isEmpty ? nil : backends[$0.lowerBound].subcluster }
    balancer.adopt(
      from: old.balancer, subcluster: { index in ours[index].flatMap { subclusters[$0] } },
      backend: { positions[self.backends[$0].pool.shared.identity] })
  }
}

extension Instant {
  /// Whole milliseconds, as the balancing of backends counts them.
  var milliseconds: UInt64 { UInt64(clamping: microseconds / 1000) }
}
