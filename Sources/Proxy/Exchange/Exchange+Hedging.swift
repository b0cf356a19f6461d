import Balancing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// A second try beside a first one that is not answered for a while.
extension Exchange {
  // MARK: On the side of the first try

  /// Reads up to the head of the final response, or passes on what the hedge was answered before.
  ///
  /// - Returns: nil if it is `backend` that has answered.
  // Not inlined: what waits for its response would keep the memory of this frame.
  @inline(never)
  func receiveHeadOrPassHedge<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> Passed? {
    if try await receiveFirstHead(client, over: backend, of: target, cluster, route, plan) {
      return nil
    }
    return try await passHedge(
      to: client, insteadOf: backend, of: target, cluster, route, plan, after: nil)
  }

  /// Reads up to the head of the final response, as without hedging; when that takes too long,
  /// another backend gets the request as well.
  ///
  /// - Returns: Whether it is `backend` that has answered; if not, the hedge has.
  private func receiveFirstHead<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> Bool {
    let sentAt = state.loop.now
    let timeout = headTimeout(cluster, route, plan)
    var hedgeAt = plan.hedgeAfter.map { sentAt + $0 } ?? .never
    var interim = 0
    while true {
      if try backend.nextHead(client.request.head.method) {
        guard backend.head.isInterim else { break }
        if backend.head.status == 101 {
          try checkConsent(client, backend)
          break
        }
        interim += 1
        try await passInterim(client, backend, interim)
        continue
      }
      try checkAbort()
      if let hedge, hedge.isAnswered { return false }
      if hedge == nil, state.loop.now >= hedgeAt {
        hedgeAt = .never
        hedge = beginHedge(client, besides: target, since: sentAt, cluster, route, plan)
      }
      try await awaitHead(
        client, backend, sentAt: sentAt, timeout: timeout,
        orUntil: hedgeAt)
    }
    endHedge()
    return true
  }

  /// Nobody waits for the hedge any more.
  func endHedge() {
    hedge?.cancel()
    hedge = nil
  }

  /// Starts a second try, if the request may have one and there is a backend for it.
  private func beginHedge<Client: DownstreamStream>(
    _ client: Client, besides first: BackendRuntime, since sentAt: Instant,
    _ cluster: ClusterRuntime, _ route: RouteRuntime, _ plan: RetryPlan
  ) -> Hedge? {
    let request = client.request
    // A session's cookie names one backend, not whichever is quicker.
    guard !request.hasContent, request.tunnel == nil, cluster.sticky == nil,
      plan.allows(request.head.method), countedTries < plan.attempts
    else { return nil }
    var barred = passedOver + [first.index]
    if !plan.usesOtherSubclusters {
      barred += cluster.backends.filter { $0.subcluster != first.subcluster }.map(\.index)
    }
    guard case .backend(let other) = cluster.choose(for: request, at: state.loop.now, after: barred)
    else { return nil }
    guard beginAtOnce(with: other, plan, cluster) else {
      other.shared.undoTry(at: state.loop.now.milliseconds)
      return nil
    }
    let second = Exchange(state)
    second.deadline = deadline
    second.trace = trace
    second.requestID.append(requestID.span)
    let hedge = Hedge(second, with: other, of: cluster, besidesOneSentAt: sentAt)
    let stand = HedgeClient(request, listener: client.listener)
    log.attempts &+= 1
    countedTries &+= 1
    if plan.tellsAttempts { request.attemptsToTell = log.attempts }
    passOver(other)
    cluster.counters.hedges.add()
    state.start {
      await second.runHedge(hedge, for: stand, cluster, route, plan)
      // Whatever became of it: whoever waits for it looks.
      if self.hedge === hedge, self.awaitsHead { self.waitsAt?.signal() }
      hedge.point.signal()
    }
    return hedge
  }

  /// Takes the right to one more request to `backend`, and to one more try; who would have to wait
  /// does without.
  private func beginAtOnce(
    with backend: BackendRuntime, _ plan: RetryPlan, _ cluster: ClusterRuntime
  ) -> Bool {
    if let limits = cluster.limits {
      guard limits.reserve() else { return false }
      guard backend.tryToBegin(limits) else {
        limits.releaseUnused()
        return false
      }
    } else {
      backend.began()
    }
    if takeTry(plan, cluster) { return true }
    end(with: backend, of: cluster)
    return false
  }

  /// The first try has failed: waits for the hedge, if there is one.
  ///
  /// - Returns: Whether the hedge has answered.
  @inline(never)
  func isRescued<Client: DownstreamStream>(
    _ client: Client, from error: ProxyError
  ) async -> Bool {
    guard let hedge, error.source == .upstream, abortCause == nil, !client.hasSentHead else {
      endHedge()
      return false
    }
    if hedge.isRunning {
      do throws(TransportError) { try watch(client, hedge.point) } catch { abort(.clientGone) }
      if abortCause == nil, await hedge.point.wait(until: deadline) == .aborted {
        abort(.clientGone)
      }
      stopWatching(client)
    }
    if abortCause == nil, hedge.isAnswered { return true }
    endHedge()
    return false
  }

  /// Has the client get what the hedge was answered, instead of what `first` may say some time.
  ///
  /// - Parameter error: How the first try ended, if it has.
  @inline(never)
  func passHedge<Client: DownstreamStream, Backend: UpstreamStream>(
    to client: Client, insteadOf first: Backend, of target: BackendRuntime,
    _ cluster: ClusterRuntime, _ route: RouteRuntime, _ plan: RetryPlan, after error: ProxyError?
  ) async throws(ProxyError) -> Passed {
    stopWatching(client)
    guard let hedge, let stream = hedge.take() else { throw error ?? .clientGone }
    self.hedge = nil
    noteLost(first, of: target, cluster, since: hedge.firstSentAt, error)
    defer { hedge.end() }
    cluster.counters.hedgesWon.add()
    log.backend = hedge.backend
    switch stream {
    case .connection(let stream):
      return try await pass(client, stream, of: hedge, cluster, route, plan)
    case .stream(let stream):
      return try await pass(client, stream, of: hedge, cluster, route, plan)
    }
  }

  private func pass<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ stream: Backend, of hedge: Hedge, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> Passed {
    let counters = hedge.backend.counters
    do throws(ProxyError) {
      let isPassed = try await passResponse(client, stream, cluster, route, plan)
      noteAnswer(hedge.backend, cluster, status: log.status.rawValue)
      if isPassed { counters.responses.count(log.status) } else { counters.failures.add() }
      return isPassed ? .byHedge : .thrownAwayByHedge
    } catch {
      noteBreakdown(
        hedge.backend, cluster, error, isReused: stream.isReused, since: hedge.beganAt)
      stopWatching(client)
      stream.cancel()
      throw error
    }
  }

  /// The first try is given up: somebody else has answered.
  private func noteLost<Backend: UpstreamStream>(
    _ first: Backend, of target: BackendRuntime, _ cluster: ClusterRuntime, since sentAt: Instant,
    _ error: ProxyError?
  ) {
    let now = state.loop.now
    if let error {
      noteBreakdown(target, cluster, error, isReused: first.isReused, since: sentAt)
    } else {
      // It has taken at least as long as one is ready to wait.
      cluster.answered(target, after: now - sentAt, at: now)
    }
    hasLeftFirst = true
    first.cancel()
  }

  // MARK: On the side of the hedge

  /// Sends the request to the hedge's backend, and reads the head of its answer.
  private func runHedge(
    _ hedge: Hedge, for client: HedgeClient, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    _ plan: RetryPlan
  ) async {
    do throws(ProxyError) {
      var opened = take(of: hedge.backend, for: client, cluster, isRetry: false)
      if opened == nil { opened = try await open(hedge.backend, client, cluster) }
      switch opened {
      case nil: hedge.failed()
      case .connection(let stream):
        await ask(stream, .connection(stream), hedge, client, cluster, route, plan)
      case .stream(let stream):
        await ask(stream, .stream(stream), hedge, client, cluster, route, plan)
      }
    } catch {
      hedge.failed()
    }
  }

  private func ask<Backend: UpstreamStream>(
    _ stream: Backend, _ opened: Opened, _ hedge: Hedge, _ client: HedgeClient,
    _ cluster: ClusterRuntime, _ route: RouteRuntime, _ plan: RetryPlan
  ) async {
    let backend = hedge.backend
    let counters = backend.counters
    do throws(ProxyError) {
      // The request is the client's, and another one once nobody waits for this.
      if let abortCause { throw abortCause }
      hedge.began(counters)
      try await sendRequest(client, over: stream, of: backend, cluster, route)
      let sentAt = state.loop.now
      let timeout = headTimeout(cluster, route, plan)
      try await receiveHead(client, over: stream, sentAt: sentAt, timeout: timeout)
      let status = stream.head.status
      noteTime(of: backend, cluster, since: sentAt, status: status)
      if status >= 500 {
        // The first try may do better.
        counters.failures.add()
        noteAnswer(backend, cluster, status: status)
        stream.cancel()
        return hedge.failed()
      }
      if !hedge.answered(opened) { stream.cancel() }
    } catch {
      noteBreakdown(
        backend, cluster, error, isReused: stream.isReused, since: hedge.beganAt)
      stopWatching(client)
      stream.cancel()
      hedge.failed()
    }
  }
}
