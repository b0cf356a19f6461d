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
  let retries: RetryPlan
  /// nil: nobody is ejected for what it answers.
  let ejection: EjectionRules?
  /// Whether anybody is: to ask ``ejection`` would retain it.
  let ejects: Bool
  /// nil: there are none.
  let limits: ClusterLimits?
  let slowStart: SlowStart
  let panicThreshold: Int
  /// Called when so few backends are well that all are used, and when that is over.
  var onPanic: ((Bool) -> Void)?
  /// Called with a backend's address when its ejection is over.
  var onReturn: ((String) -> Void)?
  private let retryBudget: Slot<RetryBudget>
  /// In the order of the balancer's indices.
  let backends: [BackendRuntime]
  /// Their names, in the order of the balancer's indices.
  let subclusters: [String]
  let shared: SharedCluster
  let balancer: Slot<ClusterBalancer>
  /// What the balancer takes each backend for.
  var availability: [BackendAvailability]
  /// ``SharedCluster/changeCount`` when it was told so.
  @Cell var seenChanges: UInt64 = 0
  /// When something will be different by itself, in milliseconds.
  @Cell var nextChange: UInt64 = 0
  /// What backends and subclusters are chosen by; nil: nothing of the request.
  let backendKey: RequestKey?
  let subclusterKey: RequestKey?
  let sticky: StickySessions?
  /// Whether anybody wants to know how long backends take to answer.
  let measuresAnswers: Bool
  /// The statuses of subclusters that refuse their share, by index.
  let refusals: [Int?]
  let counters: ClusterCounters

  init(
    _ config: ClusterConfig, _ configuration: ResolvedConfiguration, shared state: SharedState,
    startingAt: Int,
    counters: CounterRegistry.Share = CounterRegistry.Share(worker: WorkerCounters())
  ) {
    self.counters =
      counters.clusters[config.name] ?? ClusterCounters(HistogramBounds(MetricsConfig()))
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
    retries = RetryPlan(config.retries)
    ejection = EjectionRules(config.ejection)
    ejects = ejection != nil
    slowStart = SlowStart(duration: config.slowStart.milliseconds)
    panicThreshold = config.panicThreshold
    retryBudget = Slot(RetryBudget(config.retries.budget))
    encryption = config.tls.map { _ in
      ClusterEncryption(config, material: configuration.tls.clusters[config.name])
    }
    shared = state.clusters[config.name] ?? SharedCluster()
    limits = config.limits.isActive ? ClusterLimits(config.limits, shared: shared) : nil
    let members = Self.members(of: config, configuration, state, counters)
    backends = members.backends
    if let policy = limits?.adaptive {
      for backend in backends { backend.pool.adaptive = AdaptiveLimit(policy) }
    }
    subclusters = config.subclusters.map(\.name)
    refusals = config.subclusters.map(\.refuse)
    availability = backends.map { _ in .usable }
    backendKey = config.balance.key.map { RequestKey($0) }
    subclusterKey = config.split.key.map { RequestKey($0) }
    measuresAnswers = config.balance.policy == .peakEWMA
    sticky = config.sticky.map { sticky in
      StickySessions(
        sticky, secret: configuration.secret(of: config), cluster: config.name,
        names: members.backends.map { "\($0.subcluster)\n\($0.label)" })
    }
    var random = SystemRandomNumberGenerator()
    balancer = Slot(
      ClusterBalancer(
        members.plans, policy: BalancePolicy(config.balance), spillBelow: config.spillBelow,
        startingAt: startingAt, seed: random.next()))
  }

  private static func members(
    of config: ClusterConfig, _ configuration: ResolvedConfiguration, _ state: SharedState,
    _ counters: CounterRegistry.Share
  ) -> (backends: [BackendRuntime], plans: [SubclusterPlan]) {
    var backends: [BackendRuntime] = []
    var plans: [SubclusterPlan] = []
    // Only a bound on loads asks for those of whole subclusters.
    let isBounded = config.balance.policy == .hash && config.balance.loadBound > 0
    for subcluster in config.subclusters {
      let load = isBounded ? state.subclusterLoads[config.name]?[subcluster.name] : nil
      var members: [BackendPlan] = []
      for (identity, address, weight, _) in BackendIdentity.all(
        of: subcluster, in: config, configuration)
      {
        guard let known = state.backends[identity] else { continue }
        backends.append(
          BackendRuntime(
            index: backends.count, subcluster: subcluster.name, level: subcluster.level(in: config),
            hasShare: weight > 0 && subcluster.weight > 0, address: address,
            pool: ConnectionPool(
              known,
              settings: PoolSettings(
                config.pool, limits: config.limits, timeouts: config.timeouts),
              counters: counters.backends[identity] ?? BackendCounters()),
            subclusterLoad: load))
        members.append(
          BackendPlan(
            weight: weight, identity: RequestKey.hash(of: known.label), inFlight: known.inFlight))
      }
      plans.append(
        SubclusterPlan(
          weight: subcluster.weight, level: subcluster.level(in: config),
          identity: RequestKey.hash(of: subcluster.name), inFlight: load,
          members: subcluster.refuse == nil ? .backends(members) : .refusal))
    }
    return (backends, plans)
  }

  // MARK: The budget of further tries

  /// Counts a request, at a time in milliseconds.
  func countRequest(at now: UInt64) {
    if retryBudget.value.countRequest(at: now) { tellBudget(at: now) }
  }

  /// Takes the right to one further try; false if there is none left.
  func takeRetry(at now: UInt64) -> Bool {
    let isTaken = retryBudget.value.take(at: now)
    if !isTaken { counters.retriesOverBudget.add() }
    tellBudget(at: now)
    return isTaken
  }

  @inline(never)
  private func tellBudget(at now: UInt64) {
    counters.retriesLeft.set(retryBudget.value.left)
    counters.retriesLeftAt.set(Int(clamping: now))
  }

  // MARK: Reloads, and others

  /// Milliseconds until the first resting backend may be tried, for `Retry-After`.
  func shortestRest(at now: Instant) -> UInt64 {
    backends.map { $0.pool.shared.rest.remaining(at: now.milliseconds) }.min() ?? 0
  }

  /// Goes on with the sequences of `old`, for what stands in both.
  func adoptBalance(of old: ClusterRuntime) {
    retryBudget.value.adopt(from: old.retryBudget.value)
    var subclusters: [String: Int] = [:]
    var positions: [BackendIdentity: Int] = [:]
    for (index, backend) in old.backends.enumerated() {
      positions[backend.pool.shared.identity] = index
    }
    for (index, name) in old.subclusters.enumerated() { subclusters[name] = index }
    balancer.value.adopt(
      from: old.balancer.value, subcluster: { index in subclusters[self.subclusters[index]] },
      backend: { positions[self.backends[$0].pool.shared.identity] })
  }
}

extension RetryBudget {
  init(_ config: RetryBudgetConfig) {
    self.init(percent: config.percent, minPerSecond: config.minPerSecond)
  }
}

extension Instant {
  /// Whole milliseconds, as the balancing of backends counts them.
  var milliseconds: UInt64 { UInt64(clamping: microseconds / 1000) }
}

extension SubclusterConfig {
  /// What is preferred stands before all priorities.
  fileprivate func level(in cluster: ClusterConfig) -> Int {
    cluster.prefer == nil || cluster.prefer == name ? priority : priority + 1
  }
}

extension BalancePolicy {
  init(_ config: BalanceConfig) {
    self =
      switch config.policy {
      case .weightedRoundRobin: .weightedRoundRobin
      case .leastRequests: .leastRequests
      case .twoChoices: .twoChoices
      case .peakEWMA: .peakEWMA
      case .hash: .hash(config.loadBound == 0 ? .none : LoadBound(percent: config.loadBound))
      }
  }
}
