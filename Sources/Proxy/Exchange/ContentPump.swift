import EventLoop

/// The write loop of a request with content to come: what it has come to, as the read loop sees it.
final class ContentPump {
  enum Phase {
    case running
    /// All content was sent.
    case complete
    /// The backend takes no more, but may still answer.
    case refused
    /// The client failed, or the exchange ended first.
    case stopped
  }

  private(set) var phase = Phase.running
  /// When it ended; the wait for the response counts from here.
  private(set) var endedAt: Instant
  /// Set by the read loop when nothing more is to be sent.
  var isCancelled = false
  private let ended: WaitPoint

  init(on loop: EventLoop) {
    ended = WaitPoint(on: loop)
    endedAt = loop.now
  }

  var isRunning: Bool { phase == .running }

  func end(_ phase: Phase, at now: Instant) {
    self.phase = phase
    endedAt = now
    ended.signal()
  }

  /// Waits for the end.
  func join() async {
    while isRunning { _ = await ended.wait(until: .never) }
  }
}
