import Configuration
import EventLoop
import Proxy
import System

extension Control {
  /// How long what should take no time may take at the end: a worker that hangs, or a reader of the
  /// access log that has stopped, must not keep the process alive.
  private static let patience = Interval.seconds(2)

  /// The first signal lets what is under way end; the second ends it.
  func stop(on signal: SignalKind) {
    switch phase {
    case .starting:
      log.info("stopped", ["signal": signal.name])
      abandonStart(.success)
    case .serving:
      phase = .stopping
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.shutDown(on: signal)
      }
    case .stopping:
      guard !isHurried else { return }
      isHurried = true
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.hurry(on: signal)
      }
    case .stopped: break
    }
  }

  private func shutDown(on signal: SignalKind) async {
    log.info("stopping", ["signal": signal.name])
    manager.notify(.stopping)
    if reloads.isUnderWay { _ = await reloadEnds.wait(until: .never) }
    guard let routing = service?.routing else { return end(.success) }
    let pause = Interval(routing.shutdownDelay)
    if pause > .zero, !isHurried { _ = await delay.wait(until: loop.now + pause) }
    letGoOfSockets()
    let timeout = isHurried ? .zero : Interval(routing.drainTimeout)
    let cut = await service?.workers.drain(by: loop.now + timeout) ?? 0
    await finish(cut: cut)
  }

  /// From here on the sockets are the workers' alone, and close when these stop accepting: whoever
  /// connects to a socket that nobody accepts from would wait for the end of the process.
  private func letGoOfSockets() {
    for sockets in service?.sockets ?? [] { sockets.removeFile() }
    service?.sockets = []
  }

  private func hurry(on signal: SignalKind) async {
    log.info("stopping now", ["signal": signal.name])
    delay.abort()
    if let workers = service?.workers {
      // The drain that waits for these connections goes on to the end.
      Task.immediate(executorPreference: loop) { await workers.cutAll() }
    }
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: loop.now + Self.patience)
    await finish(cut: 0)
  }

  private func finish(cut: Int) async {
    guard phase == .stopping else { return }
    phase = .stopped
    closeAdminSockets()
    let written = WaitPoint(on: loop)
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.service?.accessLog.end()
      _ = await self.exporter?.sendAll()
      written.signal()
    }
    _ = await written.wait(until: loop.now + Self.patience)
    log.info("stopped", cut > 0 ? ["cut": "\(cut)"] : [:])
    end(.success)
  }
}
