import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// One HTTP/1.1 connection to a backend.
///
/// Reading and writing are independent: an exchange writes its head inline, a request with content
/// to come has a write loop beside the read loop.
final class BackendConnection: WaitHandler {
  let transport: Transport
  let input: MessageInput
  let pool: ConnectionPool
  let openedAt: Instant
  /// What the exchange in progress has come to; decides on reuse.
  var machine = ClientConnectionMachine()
  var parser: ResponseHeadParser
  @Cell var head = ResponseHead()
  /// Exchanges that were begun on it.
  @Cell var exchanges = 0
  /// What the backend said of how long it keeps an idle connection.
  @Cell var keepAliveHint: Interval?

  static let headLimits = HeadLimits.response

  init(_ transport: Transport, pool: ConnectionPool, buffers: BufferPool, now: Instant) {
    self.transport = transport
    self.pool = pool
    input = MessageInput(transport, buffers: buffers)
    parser = ResponseHeadParser(limits: Self.headLimits)
    openedAt = now
  }

  /// The turn of the loop in which it was given back.
  @Cell var idleSinceTurn: UInt32 = 0
  /// Whether any octet of the exchange's request was sent.
  @Cell var wasWrittenTo = false

  /// Whether an earlier exchange was carried over it, so that it may have died unnoticed.
  var isReused: Bool { exchanges > 1 }

  // MARK: One exchange

  func begin() {
    exchanges += 1
    wasWrittenTo = false
    parser.reset()
  }

  /// The head of the response has come.
  func receivedHead() {
    let hasContent = head.framing != .none && head.framing != .length(0)
    machine.receivedResponseHead(isPersistent: head.isPersistent, hasContent: hasContent)
    keepAliveHint = head.keepAliveTimeoutSeconds.map { .seconds(Int64($0)) }
    responseHasContent = hasContent
  }

  @Cell private var responseHasContent = false

  /// The response has ended. Octets beyond it belong to nothing that we asked for.
  func receivedResponseEnd() {
    if responseHasContent { machine.receivedResponseEnd() }
    if !input.unread.isEmpty { machine.receivedSurplus() }
  }

  /// The exchange is over: back to the pool, or away.
  func finish(now: Instant) {
    guard machine.canReuse else { return pool.close(self) }
    input.endMessage()
    pool.checkIn(self, now: now)
  }

  // MARK: Idling

  /// Whether nothing has come on it while it was idle: neither an end nor octets nobody asked for.
  func isUsable(peeking: Bool, now: Instant) -> Bool {
    guard transport.isOpen, !transport.isReadable, !transport.isPeerClosed,
      now - openedAt < pool.settings.maxAge
    else { return false }
    // What came since the turn began, the loop has not told.
    return !(peeking || idleSinceTurn == transport.loop.turn) || transport.isQuiet()
  }

  /// The time that it may be idle: the backend's hint with a margin, if that is shorter.
  func idleLimit(_ configured: Interval) -> Interval {
    guard let hint = keepAliveHint else { return configured }
    return min(configured, Interval(microseconds: max(0, hint.microseconds - 1_000_000)))
  }

  func enterPool(until deadline: Instant) {
    idleSinceTurn = transport.loop.turn
    transport.reads.watch(until: deadline, self)
  }

  func leavePool() { transport.reads.unwatch() }

  /// While idle, anything that comes and the end of its time are the end of it.
  func waitEnded(_ outcome: WaitOutcome) { pool.discard(self) }

  func close() {
    input.release()
    transport.close()
  }
}
