import Balancing
import Configuration
import EventLoop

extension Observation {
  /// Sums up what the workers have counted. Asks none of them: what they count can be read from
  /// here.
  init(
    of configuration: ResolvedConfiguration, _ shared: SharedState, workers: [Worker],
    now: Instant
  ) {
    let shares = shared.counters.shares
    for share in shares { add(share.worker) }
    for listener in configuration.routing.listeners {
      var entry = Listener(name: listener.name)
      entry.open = shared.listeners[listener.name]?.value ?? 0
      for share in shares {
        if let counters = share.listeners[listener.name] { entry.add(counters) }
      }
      listeners.append(entry)
    }
    var unrouted = Route(name: "")
    for share in shares { unrouted.add(share.worker.unrouted) }
    routes = [unrouted]
    for route in configuration.routing.routes {
      var entry = Route(name: route.name)
      for share in shares {
        if let counters = share.routes[route.name] { entry.add(counters) }
      }
      routes.append(entry)
    }
    for cluster in configuration.routing.clusters {
      var entry = Cluster(name: cluster.name)
      for share in shares {
        guard let counters = share.clusters[cluster.name] else { continue }
        entry.add(counters)
        entry.addBudget(counters, RetryBudget(cluster.retries.budget), at: now.milliseconds)
      }
      if let known = shared.clusters[cluster.name] {
        entry.inFlight = known.requestCount
        entry.waiting = known.waitingCount
        entry.isPanicking = known.isPanicking
      }
      clusters.append(entry)
      addBackends(of: cluster, configuration, shared, now: now)
    }
    for worker in workers {
      loops.append(Loop(worker))
      droppedLogLines &+= worker.accessLog.droppedEver
    }
  }

  private mutating func add(_ worker: WorkerCounters) {
    worker.refusals.add(to: &refusals)
    worker.errors.add(to: &errors)
    pauses[.maxConnections, default: 0] &+= worker.pausesAtLimit.value
    pauses[.noDescriptors, default: 0] &+= worker.pausesWithoutDescriptors.value
    pauses[.acceptError, default: 0] &+= worker.pausesForErrors.value
    parkedConnections &+= worker.parked.value
  }

  private mutating func addBackends(
    of cluster: ClusterConfig, _ configuration: ResolvedConfiguration, _ shared: SharedState,
    now: Instant
  ) {
    var seen: Set<BackendIdentity> = []
    for subcluster in cluster.subclusters {
      for (identity, _, weight, _) in BackendIdentity.all(
        of: subcluster, in: cluster, configuration)
      {
        guard let state = shared.backends[identity], seen.insert(identity).inserted else {
          continue
        }
        var entry = Backend(
          cluster: cluster.name, subcluster: subcluster.name, address: state.label, weight: weight,
          subclusterWeight: subcluster.weight)
        entry.add(state, now: now.milliseconds)
        for share in shared.counters.shares {
          if let counters = share.backends[identity] { entry.add(counters, now: now) }
        }
        backends.append(entry)
      }
    }
  }
}

extension Observation.Listener {
  fileprivate mutating func add(_ counters: ListenerCounters) {
    accepted &+= counters.accepted.value
    requests &+= counters.requests.value
    counters.firstByte.add(to: &firstByte)
    counters.duration.add(to: &duration)
    counters.requestSize.add(to: &requestSize)
    counters.responseSize.add(to: &responseSize)
  }
}

extension Observation.Route {
  fileprivate mutating func add(_ counters: RouteCounters) {
    counters.responses.add(to: &responses)
    octetsIn &+= counters.octetsIn.value
    octetsOut &+= counters.octetsOut.value
  }
}

extension Observation.Cluster {
  fileprivate mutating func add(_ counters: ClusterCounters) {
    counters.firstByte.add(to: &firstByte)
    counters.duration.add(to: &duration)
    retriesOverBudget &+= counters.retriesOverBudget.value
    hedges &+= counters.hedges.value
    hedgesWon &+= counters.hedgesWon.value
  }

  /// Adds what one worker has left of its budget.
  mutating func addBudget(_ counters: ClusterCounters, _ budget: RetryBudget, at now: UInt64) {
    let toldAt = counters.retriesLeftAt.value
    let isKnown = toldAt > 0 && now < toldAt &+ RetryBudget.memory
    retriesLeft &+= isKnown ? counters.retriesLeft.value : UInt64(clamping: budget.leftAtRest)
  }
}

extension Observation.Backend {
  fileprivate mutating func add(_ state: SharedBackend, now: UInt64) {
    let ejection = state.ejection
    restMilliseconds = state.rest.remaining(at: now)
    ejectedMilliseconds = ejection.isEjected(at: now) ? ejection.until - now : 0
    health =
      switch state.health {
      case .unknown: .unknown
      case .healthy: .healthy
      case .unhealthy: .unhealthy
      }
    configuredState = state.configuredState
    assignedState = state.overriddenState
    isUsable = state.rest.canTry(at: now) && state.isWell(at: now) && state.assignedState == .up
    open = state.openCount
    waiting = state.waitingCount
  }

  fileprivate mutating func add(_ counters: BackendCounters, now: Instant) {
    // In this order: what ends between the two readings must not be more than what began.
    let ended = counters.ended.value
    let begun = counters.begun.value
    self.begun &+= begun
    inFlight &+= begun >= ended ? begun &- ended : 0
    counters.responses.add(to: &responses)
    failures &+= counters.failures.value
    connectFailures &+= counters.connectFailures.value
    retries &+= counters.retries.value
    ejections &+= counters.ejections.value
    counters.times.add(to: &times, now: now.microseconds)
    opened &+= counters.opened.value
    idle &+= counters.idle.value
  }
}

extension Observation.Loop {
  fileprivate init(_ worker: Worker) {
    self.worker = worker.index
    let counters = worker.loop.counters
    connections = worker.load.value
    turns = counters.turns
    busy = counters.busy
    jobs = counters.jobs
    longestTurn = counters.takeLongest()
  }
}
