import Balancing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics

// Down: choosing a backend, getting a connection, trying again.
extension Exchange {
  /// Backends that a request is passed on to, one after the other, when they refuse the connection.
  private static let maxRefusals = 8

  /// Has a backend of `cluster` answer the request.
  @inline(__always)
  func forward<Client: DownstreamStream>(
    _ client: Client, to cluster: ClusterRuntime, _ route: RouteRuntime
  ) async throws(ProxyError) {
    chooseRequestID(client)
    let plan = route.retries ?? cluster.retries
    cluster.retryBudget.value.countRequest(at: state.loop.now.milliseconds)
    countedTries = 0
    var again: BackendRuntime?
    var isPausing = false
    var refusals = 0
    while true {
      if isPausing { try await pauseBeforeTry(client, plan) }
      isPausing = false
      let backend: BackendRuntime
      if let limits = cluster.limits {
        backend = try await chooseWithinLimits(client, from: cluster, plan, limits, again)
      } else {
        backend =
          if let again { again } else { try choose(from: cluster, for: client, plan, butNot: []) }
        backend.began()
      }
      defer { end(with: backend, of: cluster) }
      let result =
        switch cluster.backendProtocol {
        case .http1:
          try await tryHTTP1(client, backend, cluster, route, plan, isRetry: again != nil)
        case .http2: try await tryHTTP2(client, backend, cluster, route, plan)
        }
      again = nil
      switch result {
      case .done: return
      case .again: again = backend
      case .elsewhere(let pausing):
        passedOver.append(backend.index)
        isPausing = pausing
      case .refused:
        // It is passed over; so is the second try with it.
        refusals += 1
        if refusals == Self.maxRefusals || !plan.onConnectFailure { throw noBackend(cluster) }
      }
    }
  }

  func end(with backend: BackendRuntime, of cluster: ClusterRuntime) {
    guard let limits = cluster.limits else { return backend.ended() }
    backend.endWithinLimits()
    limits.release()
  }

  private enum TryResult {
    case done
    /// Another try with the same backend is due.
    case again
    /// Another try is due, with another backend if there is one.
    case elsewhere(pausing: Bool)
    /// The backend accepts no connection.
    case refused
  }

  private func tryHTTP1<Client: DownstreamStream>(
    _ client: Client, _ backend: BackendRuntime, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    _ plan: RetryPlan, isRetry: Bool
  ) async throws(ProxyError) -> TryResult {
    var idle = isRetry ? nil : takeIdle(of: backend, for: client)
    if idle == nil { idle = try await open(backend, client, cluster) }
    guard let connection = idle else { return .refused }
    return try await attempt(client, over: connection, backend, cluster, route, plan)
  }

  private func tryHTTP2<Client: DownstreamStream>(
    _ client: Client, _ backend: BackendRuntime, _ cluster: ClusterRuntime, _ route: RouteRuntime,
    _ plan: RetryPlan
  ) async throws(ProxyError) -> TryResult {
    // One that has agreed on HTTP/1.1 by ALPN is kept like any of its kind.
    if backend.pool.idleCount > 0, let connection = takeIdle(of: backend, for: client) {
      return try await attempt(client, over: connection, backend, cluster, route, plan)
    }
    // Those who have waited come first.
    if backend.pool.waitingForStreams.isEmpty,
      let stream = backend.pool.connectionWithRoom()?.openStream()
    {
      return try await attempt(client, over: stream, backend, cluster, route, plan)
    }
    switch try await openStream(backend, client, cluster) {
    case .stream(let stream):
      return try await attempt(client, over: stream, backend, cluster, route, plan)
    case .connection(let connection):
      return try await attempt(client, over: connection, backend, cluster, route, plan)
    case nil: return .refused
    }
  }

  /// More than any number of tries: a backend cannot keep a request for ever with connections that die.
  private static let mostAttempts: UInt32 = 20

  private func attempt<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over stream: Backend, _ backend: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> TryResult {
    log.attempts &+= 1
    countedTries &+= 1
    log.backend = backend
    let counters = backend.pool.counters
    counters.begun.add()
    log.phase = .request
    if log.isTimed { log.triedAt = Instant.read() }
    if log.attempts > 1 { counters.retries.add() }
    defer { counters.ended.add() }
    if plan.tellsAttempts { client.request.attemptsToTell = log.attempts }
    let beganAt = state.loop.now
    do throws(ProxyError) {
      switch try await exchange(client, over: stream, of: backend, cluster, route, plan) {
      case .passed:
        noteAnswer(backend, cluster, status: log.status.rawValue)
        counters.responses.count(log.status)
        return .done
      case .thrownAway:
        noteAnswer(backend, cluster, status: log.status.rawValue)
        counters.failures.add()
      case .byHedge:
        hasLeftFirst = false
        return .done
      case .thrownAwayByHedge: hasLeftFirst = false
      }
      if let abortCause { throw abortCause }
      prepareAgain(client)
      return .elsewhere(pausing: true)
    } catch {
      if hasLeftFirst {
        // What failed was the hedge, and all is counted.
        hasLeftFirst = false
        throw abortCause ?? error
      }
      if error.source == .upstream {
        counters.failures.add()
        noteSlowness(of: backend, in: cluster, since: beganAt)
      }
      let next =
        log.attempts < Self.mostAttempts
        ? nextTry(client, stream, after: error, plan, cluster) : .none
      noteBreakdown(backend, cluster, error, isReused: stream.isReused)
      stream.cancel()
      if let abortCause { throw abortCause }
      switch next {
      case .none: throw error
      case .same:
        countedTries &-= 1
        prepareAgain(client)
        return .again
      case .other(let pausing):
        prepareAgain(client)
        return .elsewhere(pausing: pausing)
      }
    }
  }

  /// A failure that comes quickly must not make a backend look quick.
  private func noteSlowness(
    of backend: BackendRuntime, in cluster: ClusterRuntime, since beganAt: Instant
  ) {
    let now = state.loop.now
    cluster.answered(backend, after: max(now - beganAt, .seconds(1)), at: now)
    if cluster.limits != nil { backend.adapt(to: now - beganAt, failed: true, at: now) }
  }

  private func chooseRequestID<Client: DownstreamStream>(_ client: Client) {
    guard client.listener.forwarding.requestID else { return }
    if requestID.capacityOctets == 0 { requestID = OutputBuffer(capacity: 64) }
    let request = client.request
    if request.isTrusted, let line = request.head.fields.first(.xRequestID) {
      request.withBytes { bytes in
        if RequestID.isAcceptable(bytes[line.value]) { requestID.append(bytes[line.value]) }
      }
    }
    if requestID.isEmpty { state.requestIDs.write(into: &requestID) }
  }

  // MARK: Getting a connection

  /// The next backend of those that can be used, and if possible none that was tried.
  ///
  /// - Parameter full: Indices of those that have enough to do.
  @inline(never)
  func choose<Client: DownstreamStream>(
    from cluster: ClusterRuntime, for client: Client, _ plan: RetryPlan, butNot full: [Int]
  ) throws(ProxyError) -> BackendRuntime {
    if !passedOver.isEmpty {
      return try chooseAgain(from: cluster, for: client, plan, butNot: full)
    }
    switch cluster.choose(for: client.request, at: state.loop.now, after: full) {
    case .backend(let backend): return backend
    case .refused(let status):
      throw ProxyError(source: .internal, status: status, reason: .refusedShare)
    case .nobody: throw noBackend(cluster)
    }
  }

  /// The same for a request that has been somewhere.
  private func chooseAgain<Client: DownstreamStream>(
    from cluster: ClusterRuntime, for client: Client, _ plan: RetryPlan, butNot full: [Int]
  ) throws(ProxyError) -> BackendRuntime {
    var others = full
    if !plan.usesOtherSubclusters {
      let home = cluster.backends[passedOver[0]].subcluster
      others += cluster.backends.filter { $0.subcluster != home }.map(\.index)
    }
    let last = passedOver[passedOver.count - 1]
    // When nobody else is left, whoever was not the last one, or the last one.
    for tried in [passedOver, [last]] {
      let chosen = cluster.choose(
        for: client.request, at: state.loop.now, after: tried + others)
      if case .backend(let backend) = chosen { return backend }
    }
    let backend = cluster.backends[last]
    guard !full.contains(last),
      backend.pool.beginTry(at: state.loop.now.milliseconds)
    else { throw noBackend(cluster) }
    return backend
  }

  /// A connection or a stream to `backend`, whatever it speaks.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  func openAny<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Opened? {
    let pool = backend.pool
    if pool.idleCount > 0, let idle = takeIdle(of: backend, for: client) {
      return .connection(idle)
    }
    switch cluster.backendProtocol {
    case .http1: return try await open(backend, client, cluster).map { .connection($0) }
    case .http2:
      if pool.waitingForStreams.isEmpty, let stream = pool.connectionWithRoom()?.openStream() {
        return .stream(stream)
      }
      return try await openStream(backend, client, cluster)
    }
  }

  private func takeIdle<Client: DownstreamStream>(
    of backend: BackendRuntime, for client: Client
  ) -> BackendConnection? {
    // After a rest it is on trial whether the backend accepts. An idle connection cannot tell; and
    // were one used time and again, the backend would stay at one try after the other.
    guard backend.pool.isBackendUsable else {
      backend.pool.surrenderOne()
      return nil
    }
    let request = client.request
    let cannotRepeat = !request.head.method.isIdempotent || request.hasContent
    return backend.pool.checkOut(peeking: cannotRepeat, now: state.loop.now)
  }

  private func noBackend(_ cluster: ClusterRuntime) -> ProxyError {
    var error = ProxyError.upstream(.serviceUnavailable, .noBackend)
    error.retryAfterSeconds = max(1, (cluster.shortestRest(at: state.loop.now) + 999) / 1000)
    return error
  }

  /// Opens a connection, after waiting for the right to do so, or for one that has become idle.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  private func open<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> BackendConnection? {
    let pool = backend.pool
    if !pool.reserveFresh() {
      if let idle = try await queue(for: pool, client, cluster) { return idle }
    }
    guard let transport = try await connect(backend, client, cluster) else { return nil }
    return BackendConnection(transport, pool: pool, state: state)
  }

  /// Connects to a backend, with the right to do so, which is given back if that fails.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  func connect<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Transport? {
    let pool = backend.pool
    log.phase = .connecting
    let began = Instant.read()
    defer { log.connected(since: began) }
    do throws(TransportError) {
      let transport = try await connecting(to: backend)
      try watch(client, transport.writes)
      try await transport.finishConnecting(
        until: min(deadline, state.loop.now + cluster.connectTimeout))
      if let encryption = cluster.encryption {
        guard try await secure(transport, to: backend, encryption, client) else {
          stopWatching(client)
          pool.releaseReservation()
          return nil
        }
      }
      stopWatching(client)
      pool.counters.opened.add()
      if pool.shared.succeeded() {
        pool.shared.returned(at: state.loop.now.milliseconds)
        state.onEvent(.backendRecovered(backend: backend.label))
      }
      return transport
    } catch {
      waitsAt = nil
      pool.releaseReservation()
      if let abortCause { throw abortCause }
      if error == .aborted { throw .clientGone }
      // Too late for this request says nothing about the backend.
      if error == .timedOut, isTooLate { throw Self.totalTimeout }
      // That we have no descriptor left is not the backend's fault.
      guard !error.isExhaustion else {
        throw ProxyError(
          source: .internal, status: .serviceUnavailable, reason: .noDescriptors,
          retryAfterSeconds: 1)
      }
      noteFailure(backend, error)
      return nil
    }
  }

  /// Begins to connect; when descriptors have run out, idle clients make room first.
  private func connecting(to backend: BackendRuntime) async throws(TransportError) -> Transport {
    do throws(TransportError) {
      return try Transport.connecting(to: backend.address, on: state.loop)
    } catch {
      guard error.isExhaustion else { throw error }
      state.evictIdle(16)
      await state.loop.yieldTurn()
      return try Transport.connecting(to: backend.address, on: state.loop)
    }
  }

  private func noteFailure(_ backend: BackendRuntime, _ error: TransportError) {
    let reason =
      switch error {
      case .broken(let code): "connect_error_\(code)"
      case .timedOut: "connect_timeout"
      case .aborted: "aborted"
      }
    noteFailure(backend, reason: reason)
  }

  func noteFailure(_ backend: BackendRuntime, reason: String) {
    backend.pool.counters.connectFailures.add()
    guard let rest = backend.pool.shared.failed(at: state.loop.now.milliseconds) else { return }
    backend.pool.counters.ejections.add()
    state.onEvent(
      .backendRests(backend: backend.label, reason: reason, milliseconds: Int(clamping: rest)))
  }

  /// Waits until a connection is idle, or may be opened: then the right to do so has been taken.
  ///
  /// - Returns: The idle connection, or nil for the right.
  private func queue<Client: DownstreamStream>(
    for pool: ConnectionPool, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> BackendConnection? {
    let busy = ProxyError(
      source: .upstream, status: .serviceUnavailable, reason: .queueFull, retryAfterSeconds: 1)
    log.phase = .queue
    guard pool.canWait else { throw busy }
    let began = Instant.read()
    defer { log.queued(since: began) }
    let queueDeadline = min(deadline, state.loop.now + cluster.queueTimeout)
    let point = WaitPoint(on: state.loop)
    state.requestSurrender(pool.shared.identity)
    while true {
      do throws(TransportError) { try watch(client, point) } catch { throw .clientGone }
      let outcome = await pool.wait(at: point, until: queueDeadline)
      waitsAt = nil
      if let abortCause {
        // The wake-up was for whoever can use it.
        if outcome == .ready { pool.wakeFirst() }
        throw abortCause
      }
      switch outcome {
      case .aborted: throw .clientGone
      case .deadline:
        if isTooLate { throw Self.totalTimeout }
        throw ProxyError(
          source: .upstream, status: .serviceUnavailable, reason: .queueTimeout,
          retryAfterSeconds: 1)
      case .ready:
        if let idle = pool.checkOut(peeking: true, now: state.loop.now) { return idle }
        if pool.reserveFresh() { return nil }
      }
    }
  }

  /// From now on the exchange waits at `point`, and a client that hangs up ends it.
  func watch<Client: DownstreamStream>(
    _ client: Client, _ point: WaitPoint
  ) throws(TransportError) {
    waitsAt = point
    guard pump == nil, !client.watchHangUp(point) else { return }
    throw .aborted
  }

  /// The exchange waits nowhere, and what becomes of the client reaches no point where it has waited:
  /// who waits there next may be another one. Backend connections and streams are shared and reused.
  func stopWatching<Client: DownstreamStream>(_ client: Client) {
    waitsAt = nil
    _ = client.watchHangUp(nil)
  }
}
