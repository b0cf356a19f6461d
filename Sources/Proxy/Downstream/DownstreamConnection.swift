import Addressing
import Bytes
import Configuration
import EventLoop

/// One client's connection, over all protocols that it may speak and all the time that it idles.
///
/// While it is parked it is all that there is of the connection: no task, no buffer, and no session
/// but that of HTTP/2.
final class DownstreamConnection: WaitHandler {
  enum Phase {
    /// Which protocol it speaks is not known yet.
    case fresh
    /// A task reads until it is.
    case identifying
    /// Between two requests, with its task still there.
    case idle
    /// Between two requests, without a task.
    case parked
    /// No longer parked, since something has come: a task begins in this turn.
    case waking
    case serving
    case closed
  }

  let transport: Transport
  /// nil for a peer on a unix socket.
  let peer: IPAddress?
  let state: WorkerState
  /// Of the tables that were current at the last request.
  @Cell private(set) var listener: ListenerRuntime
  /// Which tables those were: `WorkerState.tablesCount`.
  @Cell private var tablesSeen: Int
  @Cell var phase = Phase.fresh
  /// Of its exchanges, while a session of HTTP/1 serves them: says how far the one under way is.
  @Cell var exchangeLog: ExchangeLog?
  /// What it speaks, once that is known.
  @Cell var service = ListenerPlan.Service.http1
  @Cell private(set) var isTrusted = false
  /// When it is closed at the end of an exchange, however busy it is.
  let retiresAt: Instant
  let openedAt: Instant
  @Cell var requests = 0
  /// When it is closed if it goes on saying nothing.
  @Cell var idleDeadline: Instant
  /// Since when its next request is waited for, by HTTP/1.
  @Cell var waitingSince: Instant
  /// What backends are told of the certificate that the client has shown.
  @Cell var identity: ClientIdentity?
  /// The name of the cipher suite, which OpenSSL tells by a copy; empty in clear.
  @Cell var cipher = ""
  /// Whether it came in on a listener that has been removed since.
  @Cell var isOrphaned = false
  /// While it speaks HTTP/2, parked or not.
  @Cell var http2: HTTP2Session?
  /// Whether we ended it ourselves, since its time to end in peace was over.
  @Cell private(set) var wasCut = false
  private var id: Int32 = -1
  /// Whether it is counted among those that wait without a task.
  @Cell private var isCountedParked = false

  init(
    _ transport: Transport, peer: IPAddress?, listener: ListenerRuntime, state: WorkerState
  ) {
    self.transport = transport
    self.peer = peer
    self.listener = listener
    self.state = state
    tablesSeen = state.tablesCount
    let now = state.loop.now
    openedAt = now
    // Spread, so that connections that came together do not leave together.
    let jitter = Int64(truncatingIfNeeded: UInt(bitPattern: transport.descriptor.hashValue) % 200)
    let age = listener.maxAge
    retiresAt =
      age == .infinite
      ? .never : now + Interval(microseconds: age.microseconds / 1000 * (900 + jitter))
    idleDeadline = now + listener.firstByteTimeout
    waitingSince = now
    updateTrust()
    id = state.connections.add(self)
  }

  /// Looks up the listener anew if a reload has replaced the tables.
  ///
  /// - Returns: Whether it is another one now.
  @discardableResult
  func refreshListener() -> Bool {
    // A listener that has come back under the same name counts its connections anew.
    guard state.tablesCount != tablesSeen, !isOrphaned else { return false }
    tablesSeen = state.tablesCount
    guard let current = state.tables.listeners[listener.name] else {
      isOrphaned = true
      return false
    }
    guard current !== listener else { return false }
    listener = current
    updateTrust()
    return true
  }

  private func updateTrust() {
    let forwarding = listener.forwarding
    isTrusted =
      if let peer {
        forwarding.trustedProxies.contains { $0.contains(peer) }
      } else {
        forwarding.trustsUnixPeers
      }
  }

  /// Whether no further request is to be served on it.
  var isRetiring: Bool {
    state.isDraining || isOrphaned || state.loop.now >= retiresAt
      || (requests >= listener.maxRequests && http2 == nil)
  }

  /// Waits for octets without a task.
  func park() {
    phase = phase == .fresh ? .fresh : .parked
    state.connections.touch(id)
    countParked(true)
    // Octets that have come in the meantime must not be slept over.
    if transport.isReadable { return wake() }
    transport.reads.watch(until: idleDeadline, self)
  }

  /// Counts it among those that wait without a task, or no more.
  func countParked(_ isParked: Bool) {
    guard isParked != isCountedParked else { return }
    isCountedParked = isParked
    state.parkedConnections &+= isParked ? 1 : -1
  }

  func waitEnded(_ outcome: WaitOutcome) {
    switch outcome {
    case .ready: wake()
    case .deadline, .aborted: endParked()
    }
  }

  /// Has a task serve it. From here on it is that task's: until it runs, nobody else may give it
  /// another.
  private func wake() {
    if phase == .parked { phase = .waking }
    state.wakeUp(self)
  }

  /// Whether it is between two requests. One that has not sent its first is not: it is about to.
  var isIdle: Bool { phase == .parked || phase == .idle }

  /// Whether it waits without a task.
  var isParked: Bool { phase == .parked || (phase == .fresh && transport.reads.isWaiting) }

  /// Ends it if it is between two requests; else it ends after the exchange.
  func endWhenIdle() {
    switch phase {
    case .fresh, .parked:
      if isParked {
        transport.reads.unwatch()
        endParked()
      } else {
        transport.reads.abort()
      }
    case .identifying, .idle: transport.reads.abort()
    case .waking, .serving: http2?.shutDown()
    case .closed: break
    }
  }

  /// A client that reads slowly gets the rest of its last response first.
  private func endParked() {
    guard transport.hasBacklog else { return close() }
    phase = .serving
    countParked(false)
    state.start { await self.finish() }
  }

  /// Ends it now, whatever it does.
  func cut() {
    wasCut = true
    if isParked {
      transport.reads.unwatch()
      close()
    } else {
      transport.shutDown()
    }
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    countParked(false)
    http2?.sayGoodbye()
    http2 = nil
    transport.close()
    state.connections.remove(id)
    state.connectionClosed(self)
  }
}
