import Bytes
import EventLoop
import HTTPSemantics

// The wait for the head of the response.
extension Exchange {
  /// Interim responses of one exchange; a backend that sends more has lost its way.
  private static let maxInterim = 20

  /// Reads up to the head of the final response; interim ones are passed on.
  @inline(__always)
  func receiveHead<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, sentAt: Instant, timeout: HeadTimeout
  ) async throws(ProxyError) {
    var interim = 0
    while true {
      if try backend.nextHead(client.request.head.method) {
        guard backend.head.isInterim else { return }
        if backend.head.status == 101 { return try checkConsent(client, backend) }
        interim += 1
        try await passInterim(client, backend, interim)
        continue
      }
      try checkAbort()
      try await awaitHead(client, backend, sentAt: sentAt, timeout: timeout)
    }
  }

  /// How long a backend has from the request's end to the response's head.
  struct HeadTimeout {
    let length: Interval
    /// Whether that is what one try has, of several.
    let isOfTry: Bool
  }

  @inline(__always)
  func headTimeout(
    _ cluster: ClusterRuntime, _ route: RouteRuntime, _ plan: RetryPlan
  ) -> HeadTimeout {
    let length = route.responseHeadTimeout ?? cluster.responseHeadTimeout
    guard let perTry = plan.perTryTimeout, perTry < length else {
      return HeadTimeout(length: length, isOfTry: false)
    }
    return HeadTimeout(length: perTry, isOfTry: true)
  }

  /// Waits for more of the head, or until `other`, when there is something else to do.
  @inline(__always)
  func awaitHead<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, sentAt: Instant, timeout: HeadTimeout,
    orUntil other: Instant = .never
  ) async throws(ProxyError) {
    let reads = backend.reads
    waitsAt = reads
    let isSending = pump?.isRunning ?? false
    if !isSending, !client.watchHangUp(reads) { throw .clientGone }
    let answerDeadline = isSending ? .never : (pump?.endedAt ?? sentAt) + timeout.length
    awaitsHead = true
    let outcome = await reads.wait(until: min(deadline, answerDeadline, other))
    awaitsHead = false
    waitsAt = nil
    guard outcome != .ready || abortCause != nil else { return }
    if outcome == .deadline, abortCause == nil, !isTooLate, state.loop.now >= other { return }
    throw failure(of: outcome, isOfTry: timeout.isOfTry)
  }

  @inline(never)
  func checkAbort() throws(ProxyError) {
    if let abortCause { throw abortCause }
  }

  /// Why the wait for the head was in vain.
  func failure(of outcome: WaitOutcome, isOfTry: Bool) -> ProxyError {
    if let abortCause { return abortCause }
    if outcome == .aborted { return .clientGone }
    if isTooLate { return Self.totalTimeout }
    return isOfTry
      ? .upstream(.gatewayTimeout, .perTryTimeout, retry: .tooSlow)
      : .upstream(.gatewayTimeout, .responseHeadTimeout)
  }

  // Not inlined: what waits for the response would keep the memory of this frame.
  @inline(never)
  func passInterim<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ count: Int
  ) async throws(ProxyError) {
    guard count <= Self.maxInterim, let buffer = backend.headBuffer else {
      throw .upstream(.badGateway, .tooManyInterimResponses)
    }
    // 100 is between us and the backend: what the client waits for it gets from us.
    if backend.head.status != 100, pump == nil || !client.hasSentHead {
      let bytes = buffer.span.extracting(backend.headStart..<buffer.capacity)
      if try !client.sendInterim(backend.head, bytes) { try await client.finishSending(Span()) }
    }
    backend.passedInterim()
  }
}
