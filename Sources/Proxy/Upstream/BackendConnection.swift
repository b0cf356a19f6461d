import Balancing
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
  let output: MessageOutput
  let pool: ConnectionPool
  let state: WorkerState
  let openedAt: Instant
  /// What the exchange in progress has come to; decides on reuse.
  var machine: ClientConnectionMachine {
    _read { yield machineSlot.value }
    _modify { yield &machineSlot.value }
  }
  private let machineSlot = Slot(ClientConnectionMachine())
  var parser: ResponseHeadParser {
    _read { yield parserSlot.value }
    _modify { yield &parserSlot.value }
  }
  private let parserSlot = Slot(ResponseHeadParser(limits: headLimits))
  var head: ResponseHead {
    _read { yield headSlot.value }
    _modify { yield &headSlot.value }
  }
  private let headSlot = Slot(ResponseHead())
  func withHead<Result>(
    _ body: (borrowing ResponseHead) throws(ProxyError) -> Result
  ) throws(ProxyError) -> Result {
    try headSlot.lend(to: body)
  }
  /// Exchanges that were begun on it.
  @Cell private var exchanges = 0
  /// What the backend said of how long it keeps an idle connection.
  @Cell var keepAliveHint: Interval?
  /// The turn of the loop in which it was given back.
  @Cell var idleSinceTurn: UInt32 = 0
  @Cell private var idleDeadline = Instant.never
  /// When it was given back.
  @Cell private(set) var idleSince = Instant.never
  /// Whether any octet of the exchange's request was sent, or may have been.
  var wasWrittenTo: Bool { transport.mayHaveSent }
  /// Whether the request's content goes out in the chunked coding.
  @Cell var sendsChunks = false
  @Cell var responseHasContent = false
  /// Whether it was asked to become a tunnel. Whatever it answered, it carries no other exchange.
  @Cell var isTunnel = false

  static let headLimits = HeadLimits.response

  init(_ transport: Transport, pool: ConnectionPool, state: WorkerState) {
    self.transport = transport
    self.pool = pool
    self.state = state
    input = MessageInput(transport, buffers: state.buffers)
    output = MessageOutput(transport, state: state)
    openedAt = state.loop.now
  }

  /// Whether an earlier exchange was carried over it, so that it may have died unnoticed.
  var isReused: Bool { exchanges > 1 }

  /// An exchange begins on it.
  func begin() {
    exchanges = exchanges &+ 1
    transport.beginMessage()
    parser.reset()
  }

  // MARK: Idling

  /// Whether nothing has come on it while it was idle: neither an end nor octets nobody asked for.
  func isUsable(peeking: Bool, now: Instant) -> Bool {
    // What TLS says to itself, such as tickets, is nothing that a backend has said.
    if transport.isEncrypted, transport.isReadable, !transport.isQuiet() { return false }
    guard transport.isOpen, !transport.isReadable, !transport.isPeerClosed,
      now - openedAt < pool.settings.maxAge
    else { return false }
    // What came since the turn began, the loop has not told.
    return !(peeking || idleSinceTurn == transport.loop.turn) || transport.isQuiet()
  }

  /// The time that it may be idle: with a margin, what the backend has said or was seen to allow,
  /// if that is shorter than what is configured.
  func idleLimit(_ configured: Interval) -> Interval {
    if let hint = keepAliveHint {
      return min(configured, Interval(microseconds: max(0, hint.microseconds - 1_000_000)))
    }
    guard let learnt = pool.idleAge.limit else { return configured }
    return min(configured, .milliseconds(Int64(clamping: learnt)))
  }

  /// Whether it has been idle for so short a time that the backend is not about to close it: for a
  /// request that could not be sent again.
  func isFresh(now: Instant) -> Bool {
    // Who has said when it closes is taken at its word: see `idleLimit`.
    if keepAliveHint != nil { return true }
    return now - idleSince < .milliseconds(Int64(clamping: pool.idleAge.safeLimit))
  }

  /// The backend has closed it while it was idle, or we do so: what that says about the backend's
  /// limit.
  func learnIdleAge(byBackend: Bool, now: Instant) {
    if byBackend {
      guard transport.isPeerClosed else { return }
      pool.shared.closedIdle(
        after: UInt64(clamping: (now - idleSince).microseconds / 1000), at: now.milliseconds)
    } else if pool.idleAge.age != nil {
      pool.shared.sparedIdle()
    }
  }

  func enterPool(until deadline: Instant, now: Instant) {
    idleSince = now
    idleSinceTurn = transport.loop.turn
    idleDeadline = deadline
    transport.reads.watch(until: deadline, self)
  }

  func leavePool() { transport.reads.unwatch() }

  /// While idle, anything that comes and the end of its time are the end of it.
  func waitEnded(_ outcome: WaitOutcome) {
    if outcome == .ready, transport.isEncrypted, pool.isIdle(self), transport.isQuiet() {
      return transport.reads.watch(until: idleDeadline, self)
    }
    if pool.isIdle(self) {
      learnIdleAge(byBackend: outcome == .ready, now: transport.loop.now)
    }
    pool.discard(self)
  }

  func close() {
    input.release()
    output.discard()
    transport.close()
  }
}
