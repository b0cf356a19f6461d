import Bytes

/// Something with a descriptor that an event loop watches.
///
/// The loop holds an unretained pointer to it: a source leaves the loop (`unregister`) before its
/// descriptor is closed, at the latest in `deinit`.
open class EventSource {
  public let loop: EventLoop
  /// Negative once it is closed.
  public internal(set) var descriptor: Int32 {
    get { _descriptor.wrappedValue }
    set { _descriptor.wrappedValue = newValue }
  }
  private let _descriptor: Cell<Int32>

  /// Whether we opened it, rather than the peer.
  final let isInitiated: Bool

  init(descriptor: Int32, on loop: EventLoop, isInitiated: Bool = false) {
    self.isInitiated = isInitiated
    _descriptor = Cell(wrappedValue: descriptor)
    self.loop = loop
  }

  /// Takes note of `events`, a set of `EPOLL…` bits, and wakes who waits for them.
  ///
  /// Runs amid the batch of a turn: it only marks and resumes. User code runs after the batch.
  func deliver(_ events: UInt32) {}

  /// The loop has tried to watch the descriptor in vain: no event will ever come.
  func cannotBeWatched() {}
}
