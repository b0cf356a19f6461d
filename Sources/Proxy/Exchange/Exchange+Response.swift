import Bytes
import EventLoop
import HTTPSemantics

// The response on its way back: the read loop.
extension Exchange {
  /// Sends the request over `backend`, a stream of `target`, and its response to the client.
  @inline(__always)
  func exchange<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> Passed {
    do throws(ProxyError) {
      try await sendRequest(client, over: backend, of: target, cluster, route)
      let sentAt = state.loop.now
      if pump == nil { log.sentRequest() }
      if plan.hedgeAfter == nil {
        let timeout = headTimeout(cluster, route, plan)
        try await receiveHead(client, over: backend, sentAt: sentAt, timeout: timeout)
      } else if let passed = try await receiveHeadOrPassHedge(
        client, over: backend, of: target, cluster, route, plan)
      {
        return passed
      }
      noteTime(of: target, cluster, since: sentAt, status: backend.head.status)
      return try await passResponse(client, backend, cluster, route, plan)
        ? .passed : .thrownAway
    } catch {
      return try await clearUp(after: error, client, backend, of: target, cluster, route, plan)
    }
  }

  /// A try has failed: nothing of it goes on. A hedge may still answer.
  // Not inlined: what waits for its response would keep the memory of this frame.
  @inline(never)
  private func clearUp<Client: DownstreamStream, Backend: UpstreamStream>(
    after error: ProxyError, _ client: Client, _ backend: Backend, of target: BackendRuntime,
    _ cluster: ClusterRuntime, _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> Passed {
    if pump != nil { await stopPump(client, backend) }
    stopWatching(client)
    if plan.hedgeAfter != nil, !hasLeftFirst, await isRescued(client, from: error) {
      return try await passHedge(
        to: client, insteadOf: backend, of: target, cluster, route, plan, after: error)
    }
    throw error
  }

  /// What became of a try that has been answered.
  enum Passed {
    /// The client has the response.
    case passed
    /// The response was thrown away for another try.
    case thrownAway
    /// The same of the hedge; the try's own stream has been given up, and all is counted.
    case byHedge, thrownAwayByHedge
  }

  /// Counts how long a backend took to answer what was sent at `sentAt`.
  @inline(__always)
  func noteTime(
    of target: BackendRuntime, _ cluster: ClusterRuntime, since sentAt: Instant, status: UInt16
  ) {
    let now = state.loop.now
    let time = now - sentAt
    // As of broken tries: an error that comes quickly must not make a backend look quick.
    cluster.answered(target, after: status < 500 ? time : max(time, .seconds(1)), at: now)
    target.times.record(UInt64(clamping: time.microseconds), at: now.microseconds)
    if cluster.limits != nil { target.adapt(to: time, failed: status >= 500, at: now) }
  }

  /// Sends the response whose head is there to the client, to its end.
  ///
  /// - Returns: false if it was thrown away for another try.
  @inline(__always)
  func passResponse<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    _ plan: RetryPlan
  ) async throws(ProxyError) -> Bool {
    log.status = StatusCode(rawValue: backend.head.status)
    if isToBeRepeated(client, backend, plan, cluster) {
      await throwAway(client, backend)
      return false
    }
    try checkRefusal(client, backend)
    let isWhole = try passHead(client, backend)
    if !isWhole || pump != nil {
      try await passRest(client, backend, cluster, route, isWhole: isWhole)
    }
    stopWatching(client)
    backend.finish()
    return true
  }

  /// Sends what follows the response's head, unless all of it has gone, and ends the write loop.
  // Not inlined: what waits for its response would keep the memory of this frame.
  @inline(never)
  private func passRest<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    isWhole: Bool
  ) async throws(ProxyError) {
    if !isWhole {
      if backend.head.status == 101, let tunnel = client.request.tunnel {
        try await carry(tunnel, client, backend, cluster, route)
      } else {
        try await passContent(client, backend, cluster)
      }
    }
    waitsAt = nil
    guard let pump else { return }
    // A backend that has refused, or is about to close, need not get the rest of the content; one
    // that goes on reading does. A call ends with its response.
    let wantsRest = backend.head.status < 300 && !backend.isClosing && !client.request.isGRPC
    if wantsRest { await pump.join() } else { await stopPump(client, backend) }
  }

  /// Throws a response away, and its connection too unless all of it is here.
  @inline(never)
  private func throwAway<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) async {
    if pump != nil { await stopPump(client, backend) }
    stopWatching(client)
    guard backend.head.status != 101 else { return backend.cancel() }
    backend.beginContent()
    do throws(ProxyError) {
      while case .piece = try backend.nextContent() {}
    } catch {
      return backend.cancel()
    }
    if backend.isContentComplete { backend.finish() } else { backend.cancel() }
  }

  // MARK: Head and content to the client

  /// Sends the head and the content that came with it.
  ///
  /// - Returns: Whether that was all.
  private func passHead<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) throws(ProxyError) -> Bool {
    log.headAt = Instant.read()
    log.phase = .response
    guard let headBuffer = backend.headBuffer else {
      throw .upstream(.badGateway, .backendClosed)
    }
    let start = backend.headStart
    let bytes = headBuffer.span.extracting(start..<headBuffer.capacity)
    if try backend.withHead({ head throws(ProxyError) in head.isEventStream(bytes) }) {
      mayBeSilent = true
    }
    backend.beginContent()
    let content = try backend.nextContent()
    first = if case .piece(let range) = content { range } else { 0..<0 }
    log.octetsOut &+= UInt64(first.count)
    let isEnd = backend.isContentComplete
    let trailers = isEnd ? backend.responseTrailers : nil
    let (buffer, range) = (backend.contentBuffer, first)
    let isSent = try backend.withHead { head throws(ProxyError) in
      guard let buffer else {
        return try client.sendHead(
          head, bytes, by: backend.version, first: Span(), isEnd: isEnd, trailers: trailers)
      }
      return try client.sendHead(
        head, bytes, by: backend.version, first: buffer.span.extracting(range), isEnd: isEnd,
        trailers: trailers)
    }
    if !isSent { return false }
    first = 0..<0
    return isEnd
  }

  /// Sends what follows.
  @inline(__always)
  private func passContent<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime
  ) async throws(ProxyError) {
    if let buffer = backend.contentBuffer {
      try await client.finishSending(buffer.span.extracting(first))
    } else {
      try await client.finishSending(Span())
    }
    // With the head, if the client did not take it at once.
    if client.hasSentEnd { return }
    while true {
      switch try backend.nextContent() {
      case .end:
        if try !client.sendEnd(backend.responseTrailers) { try await client.finishSending(Span()) }
        return
      case .piece(let range):
        guard let buffer = backend.contentBuffer else { return }
        log.octetsOut &+= UInt64(range.count)
        let piece = buffer.span.extracting(range)
        if try !client.sendContent(piece) { try await client.finishSending(piece) }
      case .none:
        if try await receiveContent(client, backend, cluster) { continue }
        try backend.receivedEndOfStream()
        if try !client.sendEnd(nil) { try await client.finishSending(Span()) }
        return
      }
    }
  }

  /// - Returns: false at the end of the stream.
  private func receiveContent<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Bool {
    if let abortCause { throw abortCause }
    // Also while there is always something to read, because the client is what is slow.
    if isTooLate { throw Self.totalTimeout }
    let reads = backend.reads
    waitsAt = reads
    if !(pump?.isRunning ?? false), !client.watchHangUp(reads) { throw .clientGone }
    let idleDeadline = mayBeSilent ? .never : state.loop.now + cluster.bodyIdleTimeout
    do throws(TransportError) {
      return try await backend.receiveContent(until: min(deadline, idleDeadline))
    } catch {
      if error == .timedOut, isTooLate { throw Self.totalTimeout }
      throw upstreamError(error, timeout: .responseBodyTimeout, broken: .backendReset)
    }
  }
}

extension ResponseHead {
  /// Whether the response is one of server-sent events, which come when they come.
  fileprivate func isEventStream(_ bytes: Span<UInt8>) -> Bool {
    guard framing != .none, let line = fields.first(.contentType) else { return false }
    return bytes[line.value].startsIgnoringCase(with: "text/event-stream")
  }
}
