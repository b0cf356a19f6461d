import EventLoop

extension Acceptor {
  /// The next connection; nil when accepting has been aborted.
  ///
  /// For the daemon's own small servers, which neither spread connections nor make room for them.
  func nextConnection() async -> Transport? {
    while true {
      guard resume() else {
        await rest()
        continue
      }
      switch tryAccept() {
      case .accepted(let descriptor, _): return Transport(descriptor: descriptor, on: loop)
      case .vanished: continue
      case .wouldBlock:
        if await wait() == .aborted { return nil }
      case .exhausted, .failed: await rest()
      }
    }
  }

  /// Level-triggered: without the pause it would spin.
  private func rest() async {
    pause()
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: loop.now + .milliseconds(100))
  }
}
