import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The request on its way to the backend: the head inline, content to come by a loop of its own.
extension Exchange {
  /// Sends the head, and with it the content that is here already. If more is to come, the write loop
  /// has been started on return.
  func sendRequest<Client: DownstreamStream>(
    _ client: Client, over connection: BackendConnection, _ forwarder: RequestForwarder,
    _ route: RouteRuntime, on worker: isolated Worker
  ) async throws(ProxyError) {
    state.output.removeAll()
    forwarder.write(requestID: requestID, into: &state.output)
    guard client.request.hasContent else {
      connection.machine.sentRequestHead(isPersistent: true, hasContent: false)
      return try await send(Span(), over: connection, forwarder.cluster)
    }
    let first = try client.nextContent()
    if client.isContentComplete {
      connection.machine.sentRequestHead(isPersistent: true, hasContent: false)
      try await sendComplete(first, client, over: connection, forwarder, route)
      return client.receivedRequestEnd()
    }
    connection.machine.sentRequestHead(isPersistent: true, hasContent: true)
    try await send(Span(), over: connection, forwarder.cluster)
    startPump(first, client, connection, forwarder, route, on: worker)
  }

  /// Head and content in one go.
  private func sendComplete<Client: DownstreamStream>(
    _ content: MessageInput.Content, _ client: Client, over connection: BackendConnection,
    _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) async throws(ProxyError) {
    let isChunked = client.request.head.framing == .chunked
    guard case .piece(let range) = content, let buffer = client.contentBuffer else {
      if isChunked { state.output.appendLastChunk(trailers: client.requestTrailers) }
      return try await send(Span(), over: connection, forwarder.cluster)
    }
    try count(range.count, route)
    let piece = buffer.span.extracting(range)
    guard isChunked else { return try await send(piece, over: connection, forwarder.cluster) }
    state.output.appendChunkHead(size: piece.count)
    state.output.append(piece)
    state.output.append("\r\n")
    state.output.appendLastChunk(trailers: client.requestTrailers)
    try await send(Span(), over: connection, forwarder.cluster)
  }

  /// Sends what is in the worker's output, and then `body`.
  private func send(
    _ body: Span<UInt8>, over connection: BackendConnection, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    let count = state.output.count
    switch connection.transport.tryWrite(state.output, body) {
    case .octets(count + body.count): connection.wasWrittenTo = true
    case .failed: throw .upstream(.badGateway, "backend_write_failed", retry: .ifReused)
    case .octets(let written):
      connection.wasWrittenTo = written > 0
      let head = OutputBuffer(copying: state.output, from: min(written, count))
      let rest = body.extracting(max(0, written - count)..<body.count)
      do throws(TransportError) {
        waitsAt = connection.transport.writes
        try await connection.transport.write(head.span, rest, stall: cluster.writeIdleTimeout)
        waitsAt = nil
      } catch {
        waitsAt = nil
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
    if log.octetsIn > route.maxBody { throw .downstream(.contentTooLarge, "content_too_large") }
  }

  // MARK: The write loop

  /// Starts the loop that sends content as it comes in.
  ///
  /// This is the one form of starting a task that keeps the worker's state on its loop.
  private func startPump<Client: DownstreamStream>(
    _ first: MessageInput.Content, _ client: Client, _ connection: BackendConnection,
    _ forwarder: RequestForwarder, _ route: RouteRuntime, on worker: isolated Worker
  ) {
    let pump = ContentPump(on: state.loop)
    self.pump = pump
    Task.immediate(executorPreference: worker.loop) {
      _ = worker
      await self.runPump(pump, first, client, connection, forwarder, route)
    }
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
    let isChunked = client.request.head.framing == .chunked
    let stall = forwarder.cluster.writeIdleTimeout
    var content = first
    if client.request.head.expectsContinue, content == .none, !client.hasSentHead {
      try client.sendContinue()
    }
    while true {
      if pump.isCancelled { throw .clientGone }
      switch content {
      case .none: try await client.receiveContent()
      case .end:
        guard isChunked else { return }
        var end = OutputBuffer(capacity: 64)
        end.appendLastChunk(trailers: client.requestTrailers)
        return try await sendPiece(Span(), after: end, connection, stall)
      case .piece(let range):
        try count(range.count, route)
        guard let buffer = client.contentBuffer else { throw .clientGone }
        try await sendPiece(
          buffer.span.extracting(range), isChunked: isChunked, connection, stall)
      }
      content = try client.nextContent()
    }
  }

  private func sendPiece(
    _ piece: Span<UInt8>, isChunked: Bool, _ connection: BackendConnection, _ stall: Interval
  ) async throws(ProxyError) {
    var head = OutputBuffer(capacity: 32)
    if isChunked { head.appendChunkHead(size: piece.count) }
    try await sendPiece(piece, after: head, connection, stall)
    guard isChunked else { return }
    var end = OutputBuffer(capacity: 16)
    end.append("\r\n")
    try await sendPiece(Span(), after: end, connection, stall)
  }

  private func sendPiece(
    _ piece: Span<UInt8>, after head: borrowing OutputBuffer, _ connection: BackendConnection,
    _ stall: Interval
  ) async throws(ProxyError) {
    do throws(TransportError) {
      try await connection.transport.write(head.span, piece, stall: stall)
    } catch {
      throw error == .aborted
        ? .clientGone : .upstream(.badGateway, "backend_write_failed")
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
