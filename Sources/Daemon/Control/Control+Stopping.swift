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
      end(.success)
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
    guard let service else { return end(.success) }
    let pause = Interval(service.routing.shutdownDelay)
    if pause > .zero, !isHurried { _ = await delay.wait(until: loop.now + pause) }
    for sockets in service.sockets { sockets.removeFile() }
    let timeout = isHurried ? .zero : Interval(service.routing.drainTimeout)
    let cut = await service.workers.drain(by: loop.now + timeout)
    await finish(service, cut: cut)
  }

  private func hurry(on signal: SignalKind) async {
    log.info("stopping now", ["signal": signal.name])
    delay.abort()
    guard let service else { return end(.success) }
    Task.immediate(executorPreference: loop) {
      // The drain that waits for these connections goes on to the end.
      await service.workers.cutAll()
    }
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: loop.now + Self.patience)
    await finish(service, cut: 0)
  }

  private func finish(_ service: Service, cut: Int) async {
    guard phase == .stopping else { return }
    phase = .stopped
    closeControlSocket()
    let written = WaitPoint(on: loop)
    Task.immediate(executorPreference: loop) {
      _ = self
      await service.accessLog.end()
      written.signal()
    }
    _ = await written.wait(until: loop.now + Self.patience)
    log.info("stopped", cut > 0 ? ["cut": "\(cut)"] : [:])
    end(.success)
  }
}
