import Balancing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics

/// One request on its way down to a backend, and the response on its way back up.
///
/// It pins the tables that it began with. Whatever it waits for, it can be aborted: see
/// ``abort(_:)``. The object is reused from request to request of a session.
final class Exchange {
  let state: WorkerState
  let log = ExchangeLog()
  /// Why it must end, once somebody says so.
  @Cell private(set) var abortCause: ProxyError?
  /// Where it waits, or will.
  @Cell var waitsAt: WaitPoint?
  /// Whether that is for the response's head.
  @Cell var awaitsHead = false
  var requestID: OutputBuffer {
    _read { yield requestIDSlot.value }
    _modify { yield &requestIDSlot.value }
  }
  // Without memory until a request has one.
  private let requestIDSlot = Slot(OutputBuffer(capacity: 0))
  @Cell var deadline = Instant.never
  /// The content that came with the response's head, in the backend's buffer.
  @Cell var first = 0..<0
  /// Whether the response may stop for as long as it likes: a stream of events.
  @Cell var mayBeSilent = false
  /// Sends the request's content beside us, while it does.
  @Cell var pump: ContentPump?
  /// What was sent of the content, for another try. Made for the first request that has some.
  var replay: ContentReplay {
    if let usedReplay { return usedReplay }
    let fresh = ContentReplay()
    usedReplay = fresh
    return fresh
  }
  @Cell private var usedReplay: ContentReplay? = nil
  /// Whether the client was told to send its content.
  @Cell var hasSentContinue = false
  /// Tries that count, of those that the request may have.
  @Cell var countedTries = 0
  /// Backends that have had their try, by index.
  private(set) var passedOver: [Int] = []
  /// Whether there are any: to ask ``passedOver`` costs two hundred instructions.
  @Cell private(set) var hasPassedOver = false
  /// What it is in a trace; nil where nobody collects.
  @Cell var trace: Trace?

  /// A second try beside the one that is under way.
  @Cell var hedge: Hedge? = nil
  /// Whether the stream of the try under way has been given up for it.
  @Cell var hasLeftFirst = false

  init(_ state: WorkerState) { self.state = state }

  /// Ends the exchange for the given reason, from whatever it waits for. The first reason counts.
  func abort(_ cause: ProxyError) {
    if abortCause == nil { abortCause = cause }
    waitsAt?.abort()
  }

  /// Has further tries go elsewhere if they can.
  func passOver(_ backend: BackendRuntime) {
    passedOver.append(backend.index)
    hasPassedOver = true
  }

  @inline(never)
  private func forgetTries() {
    passedOver = []
    hasPassedOver = false
  }

  /// Whether the route's time for the whole exchange is over.
  var isTooLate: Bool { state.loop.now >= deadline }

  static let totalTimeout = ProxyError.upstream(.gatewayTimeout, .totalTimeout)

  /// Serves the request of `client` and records what became of it.
  func run<Client: DownstreamStream>(_ client: Client) async {
    abortCause = nil
    waitsAt = nil
    pump = nil
    trace = nil
    mayBeSilent = false
    hasSentContinue = false
    client.request.tunnel = nil
    client.request.isGRPC = false
    client.request.addedCookie = []
    client.request.attemptsToTell = 0
    deadline = .never
    log.begin(at: Instant.read())
    log.isTimed = state.isLogging || state.traceSample != nil
    requestID.removeAll()
    do throws(ProxyError) {
      try await respond(to: client)
    } catch {
      await fail(error, client)
    }
    if let usedReplay, usedReplay.phase != .unneeded { usedReplay.end(pool: state.buffers) }
    if hasPassedOver { forgetTries() }
    finish(client)
    client.request.forgetOrigin()
  }

  // Inlined, as are the others on the way down to where an exchange waits: each frame of a task
  // costs a hundred instructions.
  @inline(__always)
  private func respond<Client: DownstreamStream>(
    to client: Client
  ) async throws(ProxyError) {
    if try check(client) { return try await answerOurselves(client, nil) }
    let route = try findRoute(client)
    deadline = state.loop.now + route.totalTimeout
    guard let cluster = route.cluster else { return try await answerOurselves(client, route) }
    log.cluster = cluster
    try prepareTunnel(client, to: cluster, route)
    if client.request.version == .http2 { prepareGRPC(client.request, cluster, route) }
    try await forward(client, to: cluster, route)
  }

  // What suspends nowhere is not inlined there: the memory that it needs would be the task's, and
  // stay so for as long as the exchange waits.

  /// The route of the request, which may take it.
  @inline(never)
  private func findRoute<Client: DownstreamStream>(
    _ client: Client
  ) throws(ProxyError) -> RouteRuntime {
    let request = client.request
    if request.isTrusted {
      request.noteOrigin(trusting: client.listener.forwarding.trustedProxies)
    }
    request.isGRPC = isGRPCByType(request)
    let route = request.withBytes { bytes in
      request.withPath { path in
        client.listener.route(host: bytes[request.head.host], path: path)
      }
    }
    guard let route else { throw .downstream(.notFound, .noRoute) }
    log.route = route
    if state.traceSample != nil { prepareTrace(request, route) }
    if case .length(let length) = request.head.framing, length > route.maxBody {
      throw .contentTooLarge
    }
    return route
  }

  /// What a route that forwards nothing says; without a route, what we can do.
  // Not inlined: those that forward would keep the memory of this frame.
  @inline(never)
  private func answerOurselves<Client: DownstreamStream>(
    _ client: Client, _ route: RouteRuntime?
  ) async throws(ProxyError) {
    switch route?.action {
    case .forward: break
    case nil: try await answerOptions(client)
    case .redirect(let redirect): try await answer(self.redirect(client.request, redirect), client)
    case .respond(let response): try await answer(self.fixed(response), client)
    }
  }

  @inline(never)
  func answer<Client: DownstreamStream>(
    _ answer: OwnResponse, _ client: Client
  ) async throws(ProxyError) {
    log.status = answer.status
    log.end = answer.reason
    if answer.reason != nil { log.endedBy = .portico }
    try await client.answer(answer)
  }

  /// What can be said of a request before it is routed.
  ///
  /// - Returns: Whether it asks what we can do, and needs no route.
  @inline(never)
  private func check<Client: DownstreamStream>(_ client: Client) throws(ProxyError) -> Bool {
    let (request, listener) = (client.request, client.listener)
    do throws(TargetError) {
      try request.normalizePath()
    } catch {
      state.refused(
        error.reason, listener: listener.name,
        client: String(decoding: request.clientText, as: UTF8.self))
      client.closeAfterResponse()
      throw .downstream(.badRequest, error.reason)
    }
    guard request.belongsToConnection() else { throw .misdirected }
    if request.head.fields.contains(.via), comesAgain(request, listener) {
      throw .loop
    }
    return request.head.method == .options
      && (request.head.form == .asterisk || isLastHop(request))
  }

  private func answerOptions<Client: DownstreamStream>(
    _ client: Client
  ) async throws(ProxyError) {
    let answer = OwnResponse(
      status: .noContent, content: .empty,
      fields: [OwnField("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH")])
    try await self.answer(answer, client)
  }

  private func comesAgain(_ request: Request, _ listener: ListenerRuntime) -> Bool {
    let pseudonym = listener.via.pseudonym
    return request.withBytes { bytes in
      for line in request.head.fields.lines where line.id == .via {
        if ViaField.names(pseudonym.span, in: bytes[line.value]) { return true }
      }
      return false
    }
  }

  /// Whether `Max-Forwards: 0` makes us the one to answer (RFC 9110 §7.6.2).
  private func isLastHop(_ request: Request) -> Bool {
    guard let line = request.head.fields.first(.maxForwards) else { return false }
    return request.withBytes { $0[line.value].decimalValue == 0 }
  }

  // MARK: Answers of routes

  private func redirect(_ request: Request, _ redirect: RedirectConfig) -> OwnResponse {
    var location = OutputBuffer(capacity: 256)
    let scheme = request.scheme.description
    request.withBytes { bytes in
      request.withPath { path in
        RedirectTarget.write(
          redirect.location, scheme: scheme.utf8.span, host: bytes[request.head.host],
          authority: bytes[request.head.authority], path: path, query: bytes[request.head.query],
          into: &location)
      }
    }
    return OwnResponse(
      status: StatusCode(rawValue: UInt16(clamping: redirect.status)),
      fields: [OwnField("Location", location.array)])
  }

  private func fixed(_ response: FixedResponseConfig) -> OwnResponse {
    let status = StatusCode(rawValue: UInt16(clamping: response.status))
    var answer = OwnResponse(status: status)
    if !response.body.isEmpty {
      answer.content = .fixed(type: response.contentType, body: response.body)
    } else if status.rawValue < 400 {
      answer.content = .empty
    }
    if status.rawValue >= 400 { answer.reason = .configuredResponse }
    return answer
  }

  // MARK: Failing

  /// Tells the client, as far as it can still be told.
  @inline(never)
  private func fail<Client: DownstreamStream>(_ error: ProxyError, _ client: Client) async {
    let wasCut = error.isClientGone && client.wasCut
    log.end = wasCut ? .drainTimeout : error.reason
    log.endedBy = wasCut ? .portico : error.source.termination
    if error.isUncountedRefusal {
      state.refused(
        error.reason, listener: client.listener.name,
        client: String(decoding: client.request.originText, as: UTF8.self))
    }
    if client.hasSentHead || error.isClientGone {
      if !client.hasSentHead || log.status.rawValue == 0 {
        // It is we who have left.
        log.status = wasCut ? .serviceUnavailable : error.status
      }
      return client.cutResponse()
    }
    if client.request.isGRPC {
      return await failCall(GRPC.response(to: error, isTooLate: isTooLate), client)
    }
    log.status = error.status
    var fields: [OwnField] = []
    if error.retryAfterSeconds > 0 {
      fields = [OwnField("Retry-After", "\(error.retryAfterSeconds)")]
    }
    if client.request.attemptsToTell > 0 {
      fields.append(OwnField("Portico-Attempts", "\(client.request.attemptsToTell)"))
    }
    do throws(ProxyError) {
      try await client.answer(
        OwnResponse(
          status: error.status, reason: error.reason, fields: fields))
    } catch {
      client.cutResponse()
    }
  }
}
