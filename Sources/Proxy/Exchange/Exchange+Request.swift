import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The request on its way to the backend: the head inline, content to come by a loop of its own.
extension Exchange {
  /// Sends the request. If content is still to come, the write loop has been started on return.
  @inline(__always)
  func sendRequest<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime
  ) async throws(ProxyError) {
    let isHeadAlone = !client.request.hasContent || client.request.tunnel != nil
    if isHeadAlone,
      try sendHead(client, backend, target, cluster, first: 0..<0, of: nil, isEnd: true)
    {
      return
    }
    try await sendMore(client, over: backend, of: target, cluster, route, isHeadAlone: isHeadAlone)
  }

  /// Sends a request with content, or what is left of a head alone.
  // Not inlined: what waits for its response would keep the memory of this frame.
  @inline(never)
  private func sendMore<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, isHeadAlone: Bool
  ) async throws(ProxyError) {
    if isHeadAlone { return try await finishSending(0..<0, of: nil, over: backend, cluster) }
    let isAgain = replay.phase == .keeping
    let piece = isAgain ? 0..<replay.count : try firstContent(of: client, route, cluster)
    let buffer = isAgain ? replay.buffer : client.contentBuffer
    let isEnd = client.isContentComplete
    try count(piece.count, route)
    let isSent = try sendHead(
      client, backend, target, cluster, first: piece, of: buffer, isEnd: isEnd,
      trailers: isEnd ? client.requestTrailers : nil)
    if !isSent { try await finishSending(piece, of: buffer, over: backend, cluster) }
    if isEnd { return client.receivedRequestEnd() }
    let wantsContinue = client.request.head.expectsContinue && piece.isEmpty
    startPump(client, backend, cluster, route, sendingContinue: wantsContinue)
  }

  /// The content that is here already, kept if it may be needed once more.
  private func firstContent<Client: DownstreamStream>(
    of client: Client, _ route: RouteRuntime, _ cluster: ClusterRuntime
  ) throws(ProxyError) -> Range<Int> {
    let first = try client.nextContent()
    if !client.isContentComplete || !client.canRewindContent {
      keepContent(first, of: client, route, cluster)
    }
    return if case .piece(let range) = first { range } else { 0..<0 }
  }

  @inline(never)
  private func sendHead<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ target: BackendRuntime, _ cluster: ClusterRuntime,
    first: Range<Int>, of content: ByteBuffer?, isEnd: Bool, trailers: TrailerSection? = nil
  ) throws(ProxyError) -> Bool {
    // Lives here only: over a suspension it would hold all that it refers to once more.
    let forwarder = RequestForwarder(
      request: client.request, listener: client.listener, cluster: cluster, backend: target,
      trace: trace)
    guard let content else {
      return try backend.sendHead(
        forwarder, requestID: requestID, first: Span(), isEnd: isEnd, trailers: trailers)
    }
    return try backend.sendHead(
      forwarder, requestID: requestID, first: content.span.extracting(first), isEnd: isEnd,
      trailers: trailers)
  }

  // MARK: For another try

  /// Begins to keep what is sent, if that is going to be more than stays where it was read.
  private func keepContent<Client: DownstreamStream>(
    _ first: MessageInput.Content, of client: Client, _ route: RouteRuntime,
    _ cluster: ClusterRuntime
  ) {
    let plan = route.retries ?? cluster.retries
    let isTooMuch =
      if case .length(let length) = client.request.head.framing {
        length > UInt64(plan.replayOctets)
      } else {
        false
      }
    replay.begin(limit: isTooMuch ? 0 : plan.replayOctets)
    if case .piece(let range) = first { keep(range, of: client) }
  }

  private func keep<Client: DownstreamStream>(_ piece: Range<Int>, of client: Client) {
    guard replay.phase == .keeping, let buffer = client.contentBuffer else { return }
    replay.keep(piece, of: buffer, pool: state.buffers)
  }

  /// Waits until the backend has taken the rest of what was sent: of a head, and of a piece of
  /// `content`.
  @inline(never)
  private func finishSending<Backend: UpstreamStream>(
    _ piece: Range<Int>, of content: ByteBuffer?, over backend: Backend, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    guard let content else { return try await finishSending(Span(), over: backend, cluster) }
    try await finishSending(content.span.extracting(piece), over: backend, cluster)
  }

  private func finishSending<Backend: UpstreamStream>(
    _ piece: Span<UInt8>, over backend: Backend, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    defer { waitsAt = nil }
    while true {
      do throws(TransportError) {
        waitsAt = backend.writes
        let stall = state.loop.now + cluster.writeIdleTimeout
        if try await backend.sendMore(of: piece, until: min(deadline, stall)) { return }
      } catch {
        if error == .timedOut, isTooLate { throw Self.totalTimeout }
        throw upstreamError(error, timeout: .backendWriteTimeout, broken: .backendWriteFailed)
      }
      // An abort finds nobody between two waits.
      if let abortCause { throw abortCause }
    }
  }

  func upstreamError(
    _ error: TransportError, timeout: Reason, broken: Reason
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
  func startPump<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    sendingContinue: Bool
  ) {
    let pump = ContentPump(on: state.loop)
    self.pump = pump
    state.start { await self.runPump(pump, client, backend, cluster, route, sendingContinue) }
  }

  private func runPump<Client: DownstreamStream, Backend: UpstreamStream>(
    _ pump: ContentPump, _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ sendingContinue: Bool
  ) async {
    do throws(ProxyError) {
      if sendingContinue, !client.hasSentHead, !hasSentContinue {
        hasSentContinue = true
        try client.sendContinue()
      }
      if let tunnel = client.request.tunnel {
        try await passUp(tunnel, pump, client, backend)
      } else {
        try await sendContent(pump, client, backend, cluster, route)
      }
      backend.sentRequestEnd()
      client.receivedRequestEnd()
      pump.end(.complete, at: state.loop.now)
      if log.headAt == .never { log.sentRequest() } else if log.isTimed { log.sentAt = .read() }
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
    // The read loop waits without a deadline as long as we send. Elsewhere it would take the signal
    // for content, and not see an abort that comes before it runs.
    if awaitsHead { waitsAt?.signal() }
  }

  private func sendContent<Client: DownstreamStream, Backend: UpstreamStream>(
    _ pump: ContentPump, _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime,
    _ route: RouteRuntime
  ) async throws(ProxyError) {
    while true {
      if pump.isCancelled { throw .clientGone }
      switch try client.nextContent() {
      case .none: try await client.receiveContent()
      case .end:
        let isSent = try backend.sendContent(Span(), isEnd: true, trailers: client.requestTrailers)
        if !isSent { try await pumpRest(of: Span(), pump, client, backend, cluster) }
        return
      case .piece(let range):
        try count(range.count, route)
        guard let buffer = client.contentBuffer else { throw .clientGone }
        if replay.phase == .keeping { keep(range, of: client) }
        let isEnd = client.isContentComplete
        let piece = buffer.span.extracting(range)
        let isSent = try backend.sendContent(
          piece, isEnd: isEnd, trailers: isEnd ? client.requestTrailers : nil)
        if !isSent { try await pumpRest(of: piece, pump, client, backend, cluster) }
        if isEnd { return }
      }
    }
  }

  /// Waits until the backend has taken the rest of a piece.
  private func pumpRest<Client: DownstreamStream, Backend: UpstreamStream>(
    of piece: Span<UInt8>, _ pump: ContentPump, _ client: Client, _ backend: Backend,
    _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    // Nobody reads from the client while the backend does not take what it sent.
    guard client.watchHangUp(backend.writes) else { throw .clientGone }
    defer { _ = client.watchHangUp(nil) }
    do throws(TransportError) {
      while true {
        let stall = state.loop.now + cluster.writeIdleTimeout
        if try await backend.sendMore(of: piece, until: stall) { return }
        // An abort finds nobody between two waits.
        if pump.isCancelled { throw TransportError.aborted }
      }
    } catch {
      switch error {
      case .aborted: throw .clientGone
      case .timedOut:
        throw ProxyError(
          source: .internal, status: .gatewayTimeout, reason: .backendWriteTimeout)
      case .broken: throw .upstream(.badGateway, .backendWriteFailed)
      }
    }
  }

  /// Ends the write loop, wherever it waits.
  func stopPump<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) async {
    guard let pump, pump.isRunning else { return }
    pump.isCancelled = true
    client.abortWaits()
    backend.writes.abort()
    await pump.join()
  }
}
