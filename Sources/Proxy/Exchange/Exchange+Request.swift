import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The request on its way to the backend: the head inline, content to come by a loop of its own.
extension Exchange {
  /// Sends a request without content.
  ///
  /// - Returns: What is left to send, if the kernel did not take it all.
  func sendHead(
    over connection: BackendConnection, _ forwarder: RequestForwarder
  ) throws(ProxyError) -> Unsent? {
    forwarder.write(requestID: requestID, into: &state.output)
    connection.machine.sentRequestHead(isPersistent: true, hasContent: false)
    return try send(Span(), over: connection)
  }

  /// Sends the head, and with it the content that is here already. If more is to come, the write loop
  /// has been started on return.
  func sendWithContent<Client: DownstreamStream>(
    _ client: Client, over connection: BackendConnection, _ forwarder: RequestForwarder,
    _ route: RouteRuntime
  ) async throws(ProxyError) {
    forwarder.write(requestID: requestID, into: &state.output)
    let first = try client.nextContent()
    if client.isContentComplete {
      connection.machine.sentRequestHead(isPersistent: true, hasContent: false)
      try await sendComplete(first, client, over: connection, forwarder, route)
      return client.receivedRequestEnd()
    }
    connection.machine.sentRequestHead(isPersistent: true, hasContent: true)
    try await sendAll(Span(), over: connection, forwarder.cluster)
    startPump(first, client, connection, forwarder, route)
  }

  /// Head and content in one go.
  private func sendComplete<Client: DownstreamStream>(
    _ content: MessageInput.Content, _ client: Client, over connection: BackendConnection,
    _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) async throws(ProxyError) {
    let isChunked = client.request.head.framing == .chunked
    guard case .piece(let range) = content, let buffer = client.contentBuffer else {
      if isChunked { state.output.appendLastChunk(trailers: client.requestTrailers) }
      return try await sendAll(Span(), over: connection, forwarder.cluster)
    }
    try count(range.count, route)
    let piece = buffer.span.extracting(range)
    guard isChunked else { return try await sendAll(piece, over: connection, forwarder.cluster) }
    state.output.appendChunkHead(size: piece.count)
    state.output.append(piece)
    state.output.append("\r\n")
    state.output.appendLastChunk(trailers: client.requestTrailers)
    try await sendAll(Span(), over: connection, forwarder.cluster)
  }

  private func sendAll(
    _ body: Span<UInt8>, over connection: BackendConnection, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    if let rest = try send(body, over: connection) {
      try await finishSending(rest, body, over: connection, cluster)
    }
  }

  /// Sends what is in the worker's output, and then `body`, as far as the kernel takes it at once.
  private func send(
    _ body: Span<UInt8>, over connection: BackendConnection
  ) throws(ProxyError) -> Unsent? {
    switch connection.transport.flush(state.output, body) {
    case .complete:
      connection.wasWrittenTo = true
      return nil
    case .partial(let written):
      connection.wasWrittenTo = written > 0
      return Unsent(written: written, output: state.output, body: body.count, tail: state.tail)
    case .failed: throw .upstream(.badGateway, "backend_write_failed", retry: .ifReused)
    }
  }

  /// As ``send(_:over:)``, and then what is in the worker's tail.
  private func sendWithTail(
    _ body: Span<UInt8>, over connection: BackendConnection
  ) throws(ProxyError) -> Unsent? {
    defer { state.tail.removeAll() }
    switch connection.transport.flush(state.output, body, state.tail) {
    case .complete: return nil
    case .partial(let written):
      return Unsent(written: written, output: state.output, body: body.count, tail: state.tail)
    case .failed: throw .upstream(.badGateway, "backend_write_failed")
    }
  }

  /// Waits until the backend has taken the rest.
  func finishSending(
    _ rest: consuming Unsent, _ body: Span<UInt8>, over connection: BackendConnection,
    _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    let transport = connection.transport
    defer { waitsAt = nil }
    while !rest.isEmpty {
      do throws(TransportError) {
        waitsAt = transport.writes
        try await transport.waitUntilWritable(until: state.loop.now + cluster.writeIdleTimeout)
        if try rest.write(body, to: transport) > 0 { connection.wasWrittenTo = true }
      } catch {
        throw upstreamError(error, timeout: "backend_write_timeout", broken: "backend_write_failed")
      }
    }
  }

  func upstreamError(
    _ error: TransportError, timeout: StaticString, broken: StaticString
  ) -> ProxyError {
    switch error {
    case .timedOut: .upstream(.gatewayTimeout, timeout)
    case .aborted: abortCause ?? .clientGone
    case .broken: .upstream(.badGateway, broken, retry: .ifReused)
    }
  }

  /// Counts content of the request against the route's limit.
  private func count(_ octets: Int, _ route: RouteRuntime) throws(ProxyError) {
    log.octetsIn &+= UInt64(octets)
    if log.octetsIn > route.maxBody { throw .contentTooLarge }
  }

  // MARK: The write loop

  /// Starts the loop that sends content as it comes in.
  private func startPump<Client: DownstreamStream>(
    _ first: MessageInput.Content, _ client: Client, _ connection: BackendConnection,
    _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) {
    let pump = ContentPump(on: state.loop)
    self.pump = pump
    state.start { await self.runPump(pump, first, client, connection, forwarder, route) }
  }

  private func runPump<Client: DownstreamStream>(
    _ pump: ContentPump, _ first: MessageInput.Content, _ client: Client,
    _ connection: BackendConnection, _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) async {
    do throws(ProxyError) {
      try await sendContent(first, pump, client, connection, forwarder, route)
      connection.machine.sentRequestEnd()
      client.receivedRequestEnd()
      pump.end(.complete, at: state.loop.now)
      // From here on nobody reads from the client: a hang-up has to be watched for.
      if let waitsAt, !client.watchHangUp(waitsAt) { abort(.clientGone) }
    } catch {
      if pump.isCancelled {
        pump.end(.stopped, at: state.loop.now)
      } else if error.source == .upstream {
        // It may have answered before it stopped reading.
        pump.end(.refused, at: state.loop.now)
      } else {
        pump.end(.stopped, at: state.loop.now)
        abort(error)
        client.abortWaits()
      }
    }
    // The read loop waits without a deadline as long as we send.
    waitsAt?.signal()
  }

  private func sendContent<Client: DownstreamStream>(
    _ first: MessageInput.Content, _ pump: ContentPump, _ client: Client,
    _ connection: BackendConnection, _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) async throws(ProxyError) {
    let cluster = forwarder.cluster
    var content = first
    if client.request.head.expectsContinue, content == .none, !client.hasSentHead {
      try client.sendContinue()
    }
    while true {
      if pump.isCancelled { throw .clientGone }
      switch content {
      case .none: try await client.receiveContent()
      case .end:
        guard client.request.head.framing == .chunked else { return }
        return try await sendPiece(Span(), isEnd: true, client, connection, cluster)
      case .piece(let range):
        try count(range.count, route)
        guard let buffer = client.contentBuffer else { throw .clientGone }
        let isEnd = client.isContentComplete
        try await sendPiece(
          buffer.span.extracting(range), isEnd: isEnd, client, connection, cluster)
        if isEnd { return }
      }
      content = try client.nextContent()
    }
  }

  private func sendPiece<Client: DownstreamStream>(
    _ piece: Span<UInt8>, isEnd: Bool, _ client: Client, _ connection: BackendConnection,
    _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    state.output.removeAll()
    if client.request.head.framing == .chunked {
      if !piece.isEmpty {
        state.output.appendChunkHead(size: piece.count)
        state.tail.append("\r\n")
      }
      if isEnd { state.tail.appendLastChunk(trailers: client.requestTrailers) }
    }
    guard var rest = try sendWithTail(piece, over: connection) else { return }
    let writes = connection.transport.writes
    // Nobody reads from the client while the backend does not take what it sent.
    guard client.watchHangUp(writes) else { throw .clientGone }
    defer { _ = client.watchHangUp(nil) }
    while !rest.isEmpty {
      do throws(TransportError) {
        try await connection.transport.waitUntilWritable(
          until: state.loop.now + cluster.writeIdleTimeout)
        let count = try rest.write(piece, to: connection.transport)
        await connection.transport.yieldIfSpent(count)
        // An abort finds nobody between two waits.
        if pump?.isCancelled ?? false { throw TransportError.aborted }
      } catch {
        switch error {
        case .aborted: throw .clientGone
        case .timedOut:
          throw ProxyError(
            source: .internal, status: .gatewayTimeout, reason: "backend_write_timeout")
        case .broken: throw .upstream(.badGateway, "backend_write_failed")
        }
      }
    }
  }

  /// Ends the write loop, wherever it waits.
  func stopPump<Client: DownstreamStream>(
    _ client: Client, _ connection: BackendConnection
  ) async {
    guard let pump, pump.isRunning else { return }
    pump.isCancelled = true
    client.abortWaits()
    connection.transport.abortWrites()
    await pump.join()
  }
}
