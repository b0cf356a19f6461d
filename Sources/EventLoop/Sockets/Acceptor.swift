import CLinux
import Glibc

/// One worker's share of a listening socket.
///
/// Level-triggered: edge-triggering with a bounded accept would strand the backlog.
public final class Acceptor: EventSource {
  public let socket: ListeningSocket
  private let waits: WaitPoint
  private var isReadable = false
  private var isRegistered = false

  public enum AcceptResult {
    case accepted(descriptor: Int32, peer: SocketAddress)
    /// The backlog is empty.
    case wouldBlock
    /// No descriptor, or no memory, is left.
    case exhausted
    /// The client has gone already; try the next.
    case vanished
    case failed(Int32)
  }

  public init(_ socket: ListeningSocket, on loop: EventLoop) {
    self.socket = socket
    waits = WaitPoint(on: loop)
    super.init(descriptor: socket.descriptor, on: loop)
    resume()
  }

  deinit { pause() }

  override func deliver(_ events: UInt32) {
    isReadable = true
    waits.signal()
  }

  /// Stops looking at the backlog, which goes on filling.
  public func pause() {
    guard isRegistered else { return }
    loop.unregister(self)
    isRegistered = false
  }

  /// Looks at the backlog again. Does nothing when it does already.
  ///
  /// - Returns: Whether it does now; not when the kernel has no room for it. Then try again later.
  @discardableResult
  public func resume() -> Bool {
    if !isRegistered {
      // Exclusive: a connection wakes one worker, not all of them.
      isRegistered = loop.register(self, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue)
    }
    return isRegistered
  }

  /// Waits for a connection to accept.
  public func wait(until deadline: Instant = .never) async -> WaitOutcome {
    if isReadable { return .ready }
    return await waits.wait(until: deadline)
  }

  /// Whether a connection waits in the backlog. If none does, ``wait(until:)`` waits for one.
  public func hasWaiting() -> Bool {
    guard isReadable else { return false }
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Sound: one entry, a local variable, for the call.
    isReadable = unsafe poll(&question, 1, 0) > 0
    return isReadable
  }

  /// Ends the wait of the accepting task.
  public func abort() { waits.abort() }

  public func tryAccept() -> AcceptResult {
    var peer = SocketAddress()
    let accepted = unsafe peer.withMutableSockaddr { unsafe clinux_accept4(descriptor, $0, $1) }
    if accepted >= 0 { return .accepted(descriptor: accepted, peer: peer) }
    switch errno {
    case EAGAIN:
      isReadable = false
      return .wouldBlock
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
    case ECONNABORTED, EINTR, EPROTO, EPERM, ENETDOWN, EHOSTUNREACH, ENETUNREACH: return .vanished
    default: return .failed(errno)
    }
  }
}
