import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The response on its way back: the read loop.
extension Exchange {
  /// Interim responses of one exchange; a backend that sends more has lost its way.
  private static let maxInterim = 20

  /// Sends the request over `connection` and its response to the client.
  func exchange<Client: DownstreamStream>(
    _ client: Client, over connection: BackendConnection, _ backend: BackendRuntime,
    _ cluster: ClusterRuntime, _ route: RouteRuntime
  ) async throws(ProxyError) {
    connection.begin()
    do throws(ProxyError) {
      let forwarder = RequestForwarder(
        request: client.request, listener: client.listener, cluster: cluster, backend: backend)
      if client.request.hasContent {
        try await sendWithContent(client, over: connection, forwarder, route)
      } else if let rest = try sendHead(over: connection, forwarder) {
        try await finishSending(rest, Span(), over: connection, cluster)
      }
      let headTimeout = route.responseHeadTimeout ?? cluster.responseHeadTimeout
      try await receiveHead(client, over: connection, timeout: headTimeout)
      if try !passHead(client, connection) { try await passContent(client, connection, cluster) }
    } catch {
      if pump != nil { await stopPump(client, connection) }
      waitsAt = nil
      throw error
    }
    waitsAt = nil
    if let pump {
      // A backend that has refused, or is about to close, need not get the rest of the content; one
      // that goes on reading does.
      let wantsRest = connection.head.status < 300 && connection.head.isPersistent
      if wantsRest { await pump.join() } else { await stopPump(client, connection) }
    }
    connection.receivedResponseEnd()
    connection.finish(now: state.loop.now)
  }

  // MARK: The head

  /// Reads up to the head of the final response; interim ones are passed on.
  private func receiveHead<Client: DownstreamStream>(
    _ client: Client, over connection: BackendConnection, timeout: Interval
  ) async throws(ProxyError) {
    let sentAt = state.loop.now
    var interim = 0
    while true {
      if try parseHead(connection, client.request.head.method) {
        guard connection.head.isInterim else { return }
        interim += 1
        try await passInterim(client, connection, interim)
        continue
      }
      if let abortCause { throw abortCause }
      switch connection.input.tryReceiveHead(limit: BackendConnection.headLimits.maxHead) {
      case .octets: continue
      case .endOfStream, .failed: throw closedError(connection)
      case .wouldBlock: try await awaitHead(client, connection, sentAt: sentAt, timeout: timeout)
      }
    }
  }

  private func parseHead(
    _ connection: BackendConnection, _ method: Method
  ) throws(ProxyError) -> Bool {
    guard let buffer = connection.input.buffer, !connection.input.unread.isEmpty else {
      return false
    }
    // Taken out of its cell and put back, so that it is filled in place and not copied.
    var head = connection.head
    connection.head = ResponseHead()
    defer { connection.head = head }
    do throws(ResponseError) {
      return try connection.parser.parse(
        buffer.span.extracting(connection.input.unread), requestMethod: method, into: &head)
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
  }

  /// Nothing came at all: the connection may have died while it was idle.
  private func closedError(_ connection: BackendConnection) -> ProxyError {
    connection.input.unread.isEmpty
      ? .upstream(.badGateway, "backend_closed", retry: .ifReused)
      : .upstream(.badGateway, "truncated_head")
  }

  private func awaitHead<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection, sentAt: Instant, timeout: Interval
  ) async throws(ProxyError) {
    let reads = connection.transport.reads
    waitsAt = reads
    let isSending = pump?.isRunning ?? false
    if !isSending, !client.watchHangUp(reads) { throw .clientGone }
    let answerDeadline = isSending ? .never : (pump?.endedAt ?? sentAt) + timeout
    let outcome = await reads.wait(until: min(deadline, answerDeadline))
    waitsAt = nil
    if let abortCause { throw abortCause }
    switch outcome {
    case .ready: return
    case .aborted: throw .clientGone
    case .deadline:
      throw isTooLate
        ? Self.totalTimeout : .upstream(.gatewayTimeout, "response_head_timeout")
    }
  }

  private func passInterim<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection, _ count: Int
  ) async throws(ProxyError) {
    // Nobody asked for an upgrade: it was not forwarded.
    guard connection.head.status != 101 else { throw .upstream(.badGateway, "unasked_upgrade") }
    guard count <= Self.maxInterim, let buffer = connection.input.buffer else {
      throw .upstream(.badGateway, "too_many_interim")
    }
    connection.machine.receivedInterimResponse()
    let start = connection.input.unread.lowerBound
    // 100 is between us and the backend: what the client waits for it gets from us.
    if connection.head.status != 100, pump == nil || !client.hasSentHead {
      let bytes = buffer.span.extracting(start..<buffer.capacity)
      if try !client.sendInterim(connection.head, bytes) { try await client.finishSending(Span()) }
    }
    connection.input.consume(connection.head.length)
    connection.parser.reset()
  }

  // MARK: Head and content to the client

  /// Sends the head and the content that came with it.
  ///
  /// - Returns: Whether that was all.
  private func passHead<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection
  ) throws(ProxyError) -> Bool {
    let input = connection.input
    log.status = StatusCode(rawValue: connection.head.status)
    connection.receivedHead()
    guard let buffer = input.buffer else { throw .upstream(.badGateway, "backend_closed") }
    let start = input.unread.lowerBound
    input.beginContent(
      connection.head.framing, after: connection.head.length, pinningHead: false)
    let content = try nextContent(connection)
    first = if case .piece(let range) = content { range } else { start..<start }
    log.octetsOut &+= UInt64(first.count)
    let isEnd = input.isContentComplete
    let isSent = try client.sendHead(
      connection.head, buffer.span.extracting(start..<buffer.capacity),
      first: buffer.span.extracting(first), isEnd: isEnd, trailers: isEnd ? input.trailers : nil)
    if !isSent { return false }
    first = 0..<0
    return isEnd
  }

  /// Sends what follows.
  private func passContent<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    let input = connection.input
    if let buffer = input.buffer { try await client.finishSending(buffer.span.extracting(first)) }
    // With the head, if the client did not take it at once.
    if client.hasSentEnd { return }
    while true {
      switch try nextContent(connection) {
      case .end:
        if try !client.sendEnd(input.trailers) { try await client.finishSending(Span()) }
        return
      case .piece(let range):
        guard let buffer = input.buffer else { return }
        log.octetsOut &+= UInt64(range.count)
        let piece = buffer.span.extracting(range)
        if try !client.sendContent(piece) { try await client.finishSending(piece) }
      case .none:
        guard try await receiveContent(client, connection, cluster) else {
          return try await endByClose(client, connection)
        }
      }
    }
  }

  private func nextContent(
    _ connection: BackendConnection
  ) throws(ProxyError) -> MessageInput.Content {
    do throws(BodyError) {
      return try connection.input.nextContent()
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
  }

  /// - Returns: false at the end of the stream.
  private func receiveContent<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Bool {
    if let abortCause { throw abortCause }
    // Also while there is always something to read, because the client is what is slow.
    if isTooLate { throw Self.totalTimeout }
    waitsAt = connection.transport.reads
    if !(pump?.isRunning ?? false), !client.watchHangUp(connection.transport.reads) {
      throw .clientGone
    }
    let idleDeadline = state.loop.now + cluster.bodyIdleTimeout
    do throws(TransportError) {
      return try await connection.input.receiveContent(until: min(deadline, idleDeadline))
    } catch {
      if error == .timedOut, isTooLate { throw Self.totalTimeout }
      throw upstreamError(error, timeout: "response_body_timeout", broken: "backend_reset")
    }
  }

  /// The backend has closed: that ends a response that has no other end, and cuts any other.
  private func endByClose<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection
  ) async throws(ProxyError) {
    do throws(BodyError) {
      try connection.input.receivedEndOfStream()
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
    if try !client.sendEnd(nil) { try await client.finishSending(Span()) }
  }
}
