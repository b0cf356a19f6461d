import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// HTTP/1.x on one client connection: requests are read and answered one after the other, until
/// either side leaves or nothing comes for a while.
final class HTTP1Session {
  enum End {
    /// The connection is idle and can wait without a task.
    case park
    case close
    /// The connection goes on as HTTP/2.
    case upgrade(HTTP2Session)
  }

  let connection: DownstreamConnection
  let state: WorkerState
  let input: MessageInput
  let output: MessageOutput
  let request: Request
  @Cell var listener: ListenerRuntime
  /// The life of the exchange under way; decides on keeping the connection.
  var machine: ServerConnectionMachine {
    _read { yield machineSlot.value }
    _modify { yield &machineSlot.value }
  }
  private let machineSlot = Slot(ServerConnectionMachine())
  /// How the response's content is framed for this client.
  @Cell var responseFraming = MessageFraming.none
  /// Whether a response to the request under way was begun, or a message was cut: no other answer
  /// can follow. The machine does not know: it is idle again once the last octet is on its way.
  @Cell var hasSentHead = false
  /// Whether the response ended before its end.
  @Cell var isCut = false
  /// Whether the connection has become a tunnel, and is HTTP/1.1 no more.
  @Cell var isTunnel = false
  @Cell var sendMeter = RateMeter()
  @Cell var receiveMeter = RateMeter()

  private var parser: RequestHeadParser {
    _read { yield parserSlot.value }
    _modify { yield &parserSlot.value }
  }
  private let parserSlot: Slot<RequestHeadParser>
  private let exchange: Exchange
  @Cell private(set) var contentStart = 0..<0
  /// When the head under way has to be complete; `.never` while none has begun.
  @Cell private var headDeadline = Instant.never
  /// Since when the head under way comes.
  @Cell private var headSince = Instant(microseconds: 0)
  /// When the session gives up its task if nothing comes.
  @Cell private var parkAt = Instant.never

  /// How long a connection keeps its task after a request: long enough that busy ones never give
  /// it up, short enough that the others cost no memory.
  private static let parkAfter = Interval.seconds(1)

  var exchangeLog: ExchangeLog { exchange.log }

  init(_ connection: DownstreamConnection, input: MessageInput) {
    self.connection = connection
    self.input = input
    state = connection.state
    output = MessageOutput(connection.transport, state: connection.state)
    listener = connection.listener
    parserSlot = Slot(RequestHeadParser(limits: connection.listener.headLimits))
    request = Request(.http1)
    request.from(connection, text: Request.clientText(of: connection.peer))
    exchange = Exchange(state)
    connection.transport.allowsHalfClose = !listener.abortsOnHalfClose
  }

  func run() async -> End {
    var hasParked = connection.phase == .waking
    while true {
      beginReceiving(hasParked: hasParked)
      hasParked = false
      receiving: while true {
        switch receive() {
        case .complete: break receiving
        case .refused(let error):
          await refuse(error)
          return .close
        case .gone: return .close
        case .wait(let deadline):
          let isIdle = headDeadline == .never
          if isIdle {
            if state.idleTasks >= WorkerState.idleTasksKept { return .park }
            state.idleTasks = state.idleTasks &+ 1
          }
          let outcome = await connection.transport.reads.wait(until: deadline)
          if isIdle { state.idleTasks = state.idleTasks &- 1 }
          switch outcome {
          case .ready: continue
          case .aborted: return .close
          case .deadline:
            if let end = await timedOut() { return end }
          }
        }
      }
      if let session = upgradeToHTTP2() { return .upgrade(session) }
      await serve()
      guard machine.next == .awaitRequest, !connection.isRetiring else {
        // A client that is still sending would get a reset, and lose our answer with it, if we
        // closed at once (RFC 9112 §9.6).
        if !isCut, mayBeSending { await linger() }
        return .close
      }
      input.endMessage()
      // Answers of our own suspend nowhere: who pipelines those must not own the worker.
      if !input.unread.isEmpty { await connection.transport.yieldIfSpent(0) }
    }
  }

  // MARK: Receiving a request

  private enum Received {
    case complete
    /// Nothing more is here.
    case wait(until: Instant)
    case refused(ProxyError)
    case gone
  }

  /// - Parameter hasParked: Whether the wait for this request began before the session.
  private func beginReceiving(hasParked: Bool) {
    parser.reset()
    headDeadline = .never
    parkAt = state.loop.now + Self.parkAfter
    if !hasParked {
      connection.waitingSince = state.loop.now
      connection.idleDeadline = state.loop.now + listener.keepAliveTimeout
    }
    if input.unread.isEmpty { connection.phase = .idle }
  }

  /// Reads what is here of the next request. While nothing is, no buffer is held.
  private func receive() -> Received {
    while true {
      if !input.unread.isEmpty {
        if headDeadline == .never { beginHead() }
        do throws(RequestError) {
          if try parse() { return .complete }
        } catch {
          return .refused(.downstream(error.status, error.reason))
        }
      }
      switch input.tryReceiveHead(limit: listener.headLimits.maxHead) {
      case .octets: continue
      case .endOfStream, .failed: return .gone
      case .wouldBlock: break
      }
      if headDeadline != .never { return .wait(until: headDeadline) }
      return connection.isRetiring ? .gone : .wait(until: min(parkAt, connection.idleDeadline))
    }
  }

  /// The first octets of a request are here: its head has to be complete in time.
  private func beginHead() {
    connection.phase = .serving
    refreshListener()
    headSince = state.loop.now
    headDeadline = headSince + listener.headTimeout
    request.waitTime = (headSince - connection.waitingSince).microseconds
    // Of a head that is refused, it stays unknown.
    request.headTime = -1
  }

  /// - Returns: How the session ends, or nil if it does not.
  private func timedOut() async -> End? {
    if headDeadline != .never {
      await refuse(.downstream(.requestTimeout, .headTimeout))
      return .close
    }
    return state.loop.now >= connection.idleDeadline ? .close : .park
  }

  private func parse() throws(RequestError) -> Bool {
    guard let buffer = input.buffer else { return false }
    let bytes = buffer.span.extracting(input.unread)
    return try parser.parse(bytes, into: &request.head)
  }

  private func refreshListener() {
    guard connection.refreshListener() else { return }
    listener = connection.listener
    connection.transport.allowsHalfClose = !listener.abortsOnHalfClose
    parser = RequestHeadParser(limits: listener.headLimits)
  }

  // MARK: Serving it

  @inline(__always)
  private func serve() async {
    connection.requests += 1
    state.statistics.requests += 1
    guard let buffer = input.buffer else { return machine.failed() }
    request.buffer = buffer
    request.base = input.unread.lowerBound
    request.isTrusted = connection.isTrusted
    request.headTime = (state.loop.now - headSince).microseconds
    let hasContent = request.hasContent
    machine.receivedRequestHead(isPersistent: request.head.isPersistent, hasContent: hasContent)
    if connection.isRetiring { machine.closeAfterResponse() }
    input.beginContent(request.head.framing, after: request.head.length, pinningHead: true)
    contentStart = input.unread
    responseFraming = .none
    hasSentHead = false
    // What a client was quick with earlier must not pay for dribbling now.
    (sendMeter, receiveMeter) = (RateMeter(), RateMeter())
    if request.head.expectsContinue { await awaitRoom() }
    await exchange.run(self)
    _ = watchHangUp(nil)
  }

  /// Waits until the client has read what it was answered before: the interim response that it
  /// waits for must not have to.
  @inline(never)
  private func awaitRoom() async {
    do throws(TransportError) {
      try await connection.transport.waitUntilWritable(
        until: state.loop.now + listener.writeIdleTimeout)
    } catch {
      // There is none for the interim response either: that is where the exchange ends.
    }
  }

  /// Answers input that is no request, and ends the connection.
  func refuse(_ error: ProxyError) async {
    state.refused(
      error.reason, listener: listener.name, client: connection.peer?.description ?? "unix:")
    machine.receivedRequestHead(isPersistent: false, hasContent: false)
    machine.closeAfterResponse()
    // What was read of the head before it broke the rules goes into the log.
    if let buffer = input.buffer {
      request.buffer = buffer
      request.base = input.unread.lowerBound
    }
    exchange.logRefusal(error, of: self)
    do throws(ProxyError) {
      try await answer(
        OwnResponse(status: error.status, reason: error.reason))
      await linger()
    } catch {
      isCut = true
    }
  }

  // MARK: Ending

  /// Whether the client may have sent what nobody has read.
  private var mayBeSending: Bool {
    if isTunnel { return !input.isContentComplete }
    // Who asks for a tunnel may not wait for the answer.
    return machine.awaitsContent || !input.unread.isEmpty || request.tunnel != nil
  }

  private static let lingerTime = Interval.seconds(2)
  private static let lingerOctets = 1 << 20

  /// Ends our half and reads on for a while, so that the client gets what we sent.
  private func linger() async {
    connection.transport.shutDownSending()
    let deadline = state.loop.now + Self.lingerTime
    var discarded = 0
    input.release()
    let buffer = state.buffers.take()
    defer { state.buffers.give(buffer) }
    while discarded < Self.lingerOctets {
      do throws(TransportError) {
        let count = try await connection.transport.read(into: buffer, from: 0, until: deadline)
        if count == 0 { return }
        discarded += count
      } catch { return }
    }
  }
}

// MARK: - Hanging up

extension HTTP1Session {
  var wasCut: Bool { connection.wasCut }

  func watchHangUp(_ point: WaitPoint?) -> Bool {
    let transport = connection.transport
    guard let point else {
      transport.stopAborting()
      return true
    }
    transport.abortedByHangUp = point
    // What a client of a tunnel has sent before it closed is still to be read: only we know better.
    if isTunnel { return !wasCut }
    return !(transport.allowsHalfClose ? transport.isHungUp : transport.isPeerClosed)
  }

  func abortWaits() {
    connection.transport.reads.abort()
    connection.transport.abortWrites()
  }
}

extension HTTP1Session: DownstreamStream {}
