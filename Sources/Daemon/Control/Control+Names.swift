import Configuration
import EventLoop
import Names
import Proxy

// Names of backends: looked up for as long as the daemon lives.
extension Control {
  /// How long a start or a reload waits for names that are new. Those that are not known by then
  /// are looked up further, and their backends come when they are.
  private static let namePatience = Interval.seconds(5)
  /// What comes together is put to work together.
  private static let gathering = Interval.milliseconds(50)

  func beginNames() {
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.watchNames()
    }
  }

  private func watchNames() async {
    while phase != .stopped {
      let news = await names.turn()
      log.names(news)
      if !news.changes.isEmpty {
        hasNewNames = true
        applyNames()
      }
    }
  }

  /// Looks up the names of `routing`, beside those that are in use.
  ///
  /// - Returns: A warning for each backend that has no address.
  func lookUpNames(of routing: RoutingConfig) async -> [ConfigurationProblem] {
    names.want(routing, beside: service?.routing)
    await names.settle(until: loop.now + Self.namePatience)
    return nameProblems(of: routing, names.statuses())
  }

  /// Has workers meet `resolved`, with what its names stand for now. Alone: see ``swaps``.
  func adopt(_ resolved: ResolvedConfiguration, on workers: WorkerGroup) async {
    var resolved = resolved
    resolved.names = names.found
    await workers.adopt(resolved)
  }

  /// Has workers meet what is newly found. Does nothing until the daemon serves: then it is called
  /// again.
  func applyNames() {
    guard hasNewNames, !isApplyingNames, phase == .serving else { return }
    isApplyingNames = true
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.adoptNames()
    }
  }

  private func adoptNames() async {
    let gathered = WaitPoint(on: loop)
    while hasNewNames, phase == .serving {
      _ = await gathered.wait(until: loop.now + Self.gathering)
      await swaps.enter()
      hasNewNames = false
      if let service { await adopt(service.resolved, on: service.workers) }
      swaps.leave()
    }
    isApplyingNames = false
  }
}

/// A warning for each backend of `routing` whose name stands for nobody yet.
func nameProblems(of routing: RoutingConfig, _ statuses: [NameStatus]) -> [ConfigurationProblem] {
  var failing: [BackendName: String] = [:]
  for status in statuses where status.backends.isEmpty {
    failing[status.name] = status.failure?.rawValue ?? "no_answer"
  }
  if failing.isEmpty { return [] }
  return routing.clusters.flatMap { cluster in
    cluster.subclusters.flatMap(\.backends).compactMap { backend -> ConfigurationProblem? in
      guard let name = BackendName(backend.address, cluster.names), let reason = failing[name]
      else { return nil }
      return ConfigurationProblem(
        .warning, at: backend.location, path: "clusters.\(cluster.name)",
        message: "\(name) has no address yet (\(reason)); it is looked up further")
    }
  }
}
