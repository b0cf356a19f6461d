import Addressing
import Configuration
import EventLoop
import Proxy
import System

extension Control {
  /// Asks for a reload without waiting for it.
  func requestReload() {
    reloads.ask()
    beginReloading()
  }

  /// Asks for a reload and waits for its outcome.
  func reload() async -> ReloadOutcome {
    await withCheckedContinuation { answer in
      reloads.ask(answer)
      beginReloading()
    }
  }

  /// Begins what reload is asked for. Does nothing until the daemon serves: then it is called
  /// again.
  func beginReloading() {
    guard phase != .starting, !reloads.isUnderWay else { return }
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.runReloads()
    }
  }

  private func runReloads() async {
    while let answers = reloads.begin() {
      let outcome = await reloadOnce()
      for answer in answers { answer.resume(returning: outcome) }
      reloads.end()
    }
    reloadEnds.signal()
  }

  private func reloadOnce() async -> ReloadOutcome {
    guard phase == .serving, let running = service else {
      return .refused([problem("the daemon is stopping")])
    }
    freshHash = nil
    manager.notify(.reloading(monotonicMicroseconds: Machine.monotonicClock))
    let level = log.level
    let outcome = await apply(to: running)
    reloadHistory.ended(outcome, hash: freshHash, at: Machine.wallClock)
    // Those that the outcome leaves without use.
    if let routing = service?.routing { names.want(routing) }
    tell(outcome, oldLevel: level)
    return outcome
  }

  /// Everything that can fail comes first; from then on nothing is refused any more.
  private func apply(to running: Service) async -> ReloadOutcome {
    let result = loadConfiguration(at: options.configuration, from: DiskFiles())
    guard let fresh = result.snapshot else { return .refused(result.problems) }
    freshHash = fresh.contentHash
    let credentials = loadCredentials(
      of: fresh.routing, from: DiskFiles(), now: CalendarTime.secondsSince1970,
      served: running.certificates)
    let problems = result.problems + credentials.problems
    guard let material = credentials.material else { return .refused(problems) }
    let found = problems + (await lookUpNames(of: fresh.routing))
    let resolved = ResolvedConfiguration(
      routing: fresh.routing, tls: material, secrets: credentials.secrets)
    let plan = ReloadPlan(
      from: running.routing, startedWith: running.startup, open: running.sockets.map(\.key),
      to: fresh)
    let opened: [OpenSockets]
    var destination: AccessLogDestination?
    let token: AdminToken?
    do throws(ConfigurationProblem) {
      token = try fresh.startup.admin.tokenFile.map { file throws(ConfigurationProblem) in
        try AdminToken.read(file, from: DiskFiles())
      }
      if plan.changesAccessLog { destination = try openAccessLog(fresh.routing.logging) }
      opened = try openSockets(plan.listeners, of: running)
    } catch {
      return .refused(found + [error])
    }
    if plan.changesAccessLog { running.accessLog.change(to: destination) }
    running.accessLog.change(to: fresh.routing.logging.accessFormat)
    await replace(running, with: resolved, plan.listeners, opened: opened)
    service?.certificates = credentials.certificates
    adminToken = token
    return .succeeded(
      ReloadOutcome.Summary(
        problems: found + plan.warnings, opened: plan.listeners.opened.count,
        closed: plan.listeners.closed.count))
  }

  private func openAccessLog(
    _ logging: LoggingConfig
  ) throws(ConfigurationProblem) -> AccessLogDestination? {
    do throws(OutputFile.WriteError) {
      return try AccessLogDestination.open(logging.accessOutput)
    } catch {
      throw accessLogProblem(logging.accessOutput, error)
    }
  }

  /// Opens what is new, and gives what moves its new name. All or nothing.
  private func openSockets(
    _ change: ListenerChange, of running: Service
  ) throws(ConfigurationProblem) -> [OpenSockets] {
    var opened: [OpenSockets] = []
    do throws(ListenFailure) {
      for key in change.opened {
        opened.append(try OpenSockets.open(key, inheriting: inherited))
      }
    } catch {
      for sockets in opened { sockets.removeFile() }
      throw error.problem(in: options.configuration)
    }
    do throws(ListenFailure) {
      for move in change.moved {
        guard let old = running.sockets.first(where: { $0.key == move.from }) else { continue }
        opened.append(try old.moved(to: move.to))
      }
    } catch {
      for sockets in opened where change.opened.contains(sockets.key) { sockets.removeFile() }
      throw error.problem(in: options.configuration)
    }
    return opened
  }

  /// Makes the new configuration serve. What was accepted before ends on the one that accepted it.
  private func replace(
    _ running: Service, with resolved: ResolvedConfiguration, _ change: ListenerChange,
    opened: [OpenSockets]
  ) async {
    await swaps.enter()
    defer { swaps.leave() }
    let (kept, leaving) = Self.part(running.sockets, keeping: change.kept)
    let workers = running.workers
    let deadline = loop.now + Interval(resolved.routing.drainTimeout)
    // They stop accepting before the swap: whom they accepted after it, no listener would know.
    // Meanwhile clients of a socket that moves wait in its backlog.
    if !leaving.isEmpty { await workers.close(leaving.flatMap(\.listeners), by: deadline) }
    await adopt(resolved, on: workers)
    if !opened.isEmpty { await workers.open(opened.flatMap(\.listeners)) }
    if !leaving.isEmpty { await workers.close([], by: deadline) }
    for sockets in leaving where change.closed.contains(sockets.key) {
      sockets.removeFile()
      for listener in sockets.listeners {
        log.info("closed", ["listener": listener.name, "address": "\(listener.socket.bound)"])
      }
    }
    for sockets in opened { tellListening(sockets) }
    service?.resolved = resolved
    exporter?.config = resolved.routing.tracing
    service?.sockets = kept + opened
  }

  /// The sockets that stay as they are, and the others.
  private static func part(
    _ sockets: [OpenSockets], keeping keys: [ListenerKey]
  ) -> (kept: [OpenSockets], leaving: [OpenSockets]) {
    var wanted = keys
    var kept: [OpenSockets] = []
    var leaving: [OpenSockets] = []
    for candidate in sockets {
      if let index = wanted.firstIndex(of: candidate.key) {
        wanted.remove(at: index)
        kept.append(candidate)
      } else {
        leaving.append(candidate)
      }
    }
    return (kept, leaving)
  }

  private func tell(_ outcome: ReloadOutcome, oldLevel: LoggingConfig.Level) {
    switch outcome {
    case .succeeded(let summary):
      let level = service?.routing.logging.level ?? oldLevel
      log.problems(summary.problems)
      log.info(
        "reload succeeded", ["opened": "\(summary.opened)", "closed": "\(summary.closed)"])
      log.level = level
      manager.notify(.ready, status: "serving")
    case .refused(let problems):
      log.problems(problems)
      log.error("reload refused", ["problems": "\(problems.count { $0.severity == .error })"])
      manager.notify(.ready, status: "serving; the last reload was refused")
    }
  }

  private func problem(_ message: String) -> ConfigurationProblem {
    ConfigurationProblem(
      .error, at: SourceLocation(file: options.configuration), message: message)
  }
}
