import EventLoop
import System

extension Control {
  /// Begins to act on signals. Without them nobody could stop the daemon: where they cannot be
  /// read, it does not start.
  func watchSignals() throws(StartFailure) {
    let descriptor = SignalQueue.open()
    guard descriptor >= 0 else {
      throw .system("signals cannot be read", in: options.configuration)
    }
    let queue = ReadableDescriptor(owning: descriptor, on: loop)
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.readSignals(from: queue)
    }
  }

  private func readSignals(from queue: ReadableDescriptor) async {
    while phase != .stopped {
      for signal in SignalQueue.take(from: queue.descriptor) { received(signal) }
      _ = await queue.wait()
    }
  }

  private func received(_ signal: SignalKind) {
    switch signal {
    case .hangUp: requestReload()
    case .user1: service?.accessLog.reopen()
    case .interrupt, .terminate, .quit: stop(on: signal)
    }
  }
}
