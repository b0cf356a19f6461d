import Configuration

/// The counters of all workers, by what they count, for whoever reads them. They outlive reloads,
/// for as long as what they count stays in the configuration. Kept by the control loop.
struct CounterRegistry: Sendable {
  /// Those of one worker.
  struct Share: Sendable {
    let worker: WorkerCounters
    var listeners: [String: ListenerCounters] = [:]
    var routes: [String: RouteCounters] = [:]
    var clusters: [String: ClusterCounters] = [:]
    var backends: [BackendIdentity: BackendCounters] = [:]
  }

  private(set) var shares: [Share]
  private var bounds: HistogramBounds?

  /// - Parameter workers: Of each worker.
  init(_ workers: [WorkerCounters] = []) {
    shares = workers.map { Share(worker: $0) }
  }

  /// The counters of one worker.
  func share(of worker: Int) -> Share {
    shares.indices.contains(worker) ? shares[worker] : Share(worker: WorkerCounters())
  }

  /// Adds what is new in `configuration`, and forgets what is no longer in it.
  mutating func update(for routing: RoutingConfig, backends: some Collection<BackendIdentity>) {
    let fresh = HistogramBounds(routing.metrics)
    // With other buckets, what was counted so far cannot be told from what comes.
    let keepsHistograms = bounds == fresh
    bounds = fresh
    // One worker after the other, so that what one writes lies together.
    for index in shares.indices {
      var share = Share(worker: shares[index].worker)
      let old = shares[index]
      for listener in routing.listeners {
        let kept = keepsHistograms ? old.listeners[listener.name] : nil
        share.listeners[listener.name] = kept ?? ListenerCounters(fresh)
      }
      for route in routing.routes {
        share.routes[route.name] = old.routes[route.name] ?? RouteCounters()
      }
      for cluster in routing.clusters {
        let kept = keepsHistograms ? old.clusters[cluster.name] : nil
        share.clusters[cluster.name] = kept ?? ClusterCounters(fresh)
      }
      for identity in backends {
        share.backends[identity] = old.backends[identity] ?? BackendCounters()
      }
      shares[index] = share
    }
  }
}

extension HistogramBounds {
  init(_ config: MetricsConfig) {
    times = config.durationBuckets.map { bound in
      let (seconds, attoseconds) = bound.components
      return UInt64(clamping: seconds) &* 1_000_000
        &+ UInt64(clamping: attoseconds / 1_000_000_000_000)
    }
    sizes = config.sizeBuckets.map { UInt64(clamping: $0) }
  }
}
