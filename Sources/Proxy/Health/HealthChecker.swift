import Addressing
import Balancing
import Configuration
import EventLoop
import TLS

/// Asks backends whether they are well: once for all workers, on a loop that is none of theirs.
actor HealthChecker {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let onEvent: @Sendable (ProxyEvent) -> Void
  private var targets: [BackendIdentity: HealthTarget] = [:]
  /// By cluster.
  private var encryptions: [String: ClusterEncryption] = [:]

  init(on loop: EventLoop, onEvent: @escaping @Sendable (ProxyEvent) -> Void) {
    self.loop = loop
    self.onEvent = onEvent
  }

  /// Checks the backends of `configuration` from now on. Who was checked in the same way before
  /// goes on as before; who is checked no longer has no verdict any more.
  func adopt(
    _ configuration: ResolvedConfiguration, backends: [BackendIdentity: SharedBackend]
  ) {
    var kept: [BackendIdentity: HealthTarget] = [:]
    encryptions = [:]
    for cluster in configuration.routing.clusters {
      guard let config = cluster.health else { continue }
      if cluster.tls != nil {
        encryptions[cluster.name] = ClusterEncryption(
          cluster, material: configuration.tls.clusters[cluster.name])
      }
      for subcluster in cluster.subclusters {
        for (identity, address, _, _) in BackendIdentity.all(
          of: subcluster, in: cluster, configuration)
        {
          guard let backend = backends[identity], kept[identity] == nil else { continue }
          let plan = HealthPlan(
            config, of: cluster, backend: address.isUnix ? "localhost" : backend.label,
            material: configuration.tls.clusters[cluster.name])
          kept[identity] = keep(backend, at: Self.checked(address, identity, config), plan: plan)
        }
      }
    }
    for (identity, target) in targets where kept[identity] !== target {
      target.end()
      if kept[identity] == nil { target.backend.setHealth(.unknown, at: now) }
    }
    targets = kept
  }

  private var now: UInt64 { loop.now.milliseconds }

  private func keep(
    _ backend: SharedBackend, at address: SocketAddress, plan: HealthPlan
  ) -> HealthTarget {
    if let known = targets[backend.identity], known.plan == plan, known.backend === backend {
      return known
    }
    let target = HealthTarget(backend, at: address, plan: plan, on: loop)
    start(target)
    return target
  }

  /// Where a backend is checked: at a port of its own, if the configuration says so.
  private static func checked(
    _ address: SocketAddress, _ identity: BackendIdentity, _ config: HealthConfig
  ) -> SocketAddress {
    guard let port = config.port, case .ip(let host, _) = identity.endpoint else { return address }
    return SocketAddress(.ip(host, port: UInt16(clamping: port))) ?? address
  }

  // MARK: Checking

  private func start(_ target: HealthTarget) {
    Task.immediate {
      _ = self
      await self.watch(target)
    }
  }

  private func watch(_ target: HealthTarget) async {
    while !target.isOver {
      let began = loop.now
      let outcome = await check(target)
      guard !target.isOver else { return }
      note(outcome, of: target)
      _ = await target.pause.wait(until: began + Self.spread(target.plan.interval))
    }
  }

  private enum Outcome {
    case passed
    case failed(String)
    /// We could not ask, which says nothing about the backend.
    case unknown
  }

  private func check(_ target: HealthTarget) async -> Outcome {
    let identity = target.backend.identity
    let probe = HealthProbe(
      plan: target.plan, address: target.address,
      encryption: encryptions[identity.cluster]?.context,
      verified: identity.verified, label: target.backend.label, loop: loop,
      deadline: loop.now + target.plan.timeout)
    do throws(HealthProbe.Failure) {
      try await probe.run()
      return .passed
    } catch {
      return error.isOurs ? .unknown : .failed(error.reason)
    }
  }

  private func note(_ outcome: Outcome, of target: HealthTarget) {
    let failure: String?
    switch outcome {
    case .unknown: return
    case .passed: failure = nil
    case .failed(let reason): failure = reason
    }
    let config = target.plan.config
    let before = target.machine.verdict
    guard target.machine.checked(passed: failure == nil, fall: config.fall, rise: config.rise)
    else { return }
    target.backend.setHealth(target.machine.verdict, at: now)
    let backend = target.backend
    if let failure {
      onEvent(
        .backendUnhealthy(
          cluster: backend.identity.cluster, backend: backend.label, reason: failure))
    } else if before == .unhealthy {
      onEvent(.backendHealthy(cluster: backend.identity.cluster, backend: backend.label))
    }
  }

  /// A tenth more or less at random, so that checks that began together do not stay together.
  private static func spread(_ interval: Interval) -> Interval {
    let tenth = interval.microseconds / 10
    return Interval(microseconds: interval.microseconds + Int64.random(in: -tenth...tenth))
  }
}
