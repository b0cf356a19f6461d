import Balancing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics

// Choosing a backend, and getting a connection to it.
extension Exchange {
  /// The next backend of those that can be used, and if possible none that was tried.
  ///
  /// - Parameter full: Indices of those that have enough to do.
  @inline(never)
  func choose<Client: DownstreamStream>(
    from cluster: ClusterRuntime, for client: Client, _ plan: RetryPlan, butNot full: [Int]
  ) throws(ProxyError) -> BackendRuntime {
    if hasPassedOver {
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
      backend.beginTry(at: state.loop.now.milliseconds)
    else { throw noBackend(cluster) }
    return backend
  }

  /// A connection or a stream to `backend` that can be had at once.
  ///
  /// - Parameter isRetry: Whether a connection to it has just died, so that a fresh one is due.
  @inline(never)
  func take<Client: DownstreamStream>(
    of backend: BackendRuntime, for client: Client, _ cluster: ClusterRuntime, isRetry: Bool
  ) -> Opened? {
    let pool = backend.pool
    switch cluster.backendProtocol {
    case .http1:
      return isRetry ? nil : takeIdle(of: backend, for: client).map { .connection($0) }
    case .http2:
      // One that has agreed on HTTP/1.1 by ALPN is kept like any of its kind.
      if pool.idleCount > 0, let idle = takeIdle(of: backend, for: client) {
        return .connection(idle)
      }
      // Those who have waited come first.
      guard pool.waitingForStreams.isEmpty else { return nil }
      return pool.connectionWithRoom()?.openStream().map { .stream($0) }
    }
  }

  /// A connection or a stream to `backend` that has to be opened, or waited for.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  // Not inlined: what waits for its response would keep the memory of this frame.
  @inline(never)
  func open<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Opened? {
    do throws(ProxyError) {
      switch cluster.backendProtocol {
      case .http1:
        return try await openConnection(backend, client, cluster).map { .connection($0) }
      case .http2: return try await openStream(backend, client, cluster)
      }
    } catch {
      // Of the backend, nobody has heard.
      backend.shared.undoTry(at: state.loop.now.milliseconds)
      throw error
    }
  }

  func takeIdle<Client: DownstreamStream>(
    of backend: BackendRuntime, for client: Client
  ) -> BackendConnection? {
    // After a rest it is on trial whether the backend accepts. An idle connection cannot tell; and
    // were one used time and again, the backend would stay at one try after the other.
    guard backend.isUsable else {
      backend.pool.surrenderOne()
      return nil
    }
    let request = client.request
    let cannotRepeat = !request.head.method.isIdempotent || request.hasContent
    return backend.pool.checkOut(peeking: cannotRepeat, now: state.loop.now)
  }

  func noBackend(_ cluster: ClusterRuntime) -> ProxyError {
    var error = ProxyError.upstream(.serviceUnavailable, .noBackend)
    error.retryAfterSeconds = max(1, (cluster.shortestRest(at: state.loop.now) + 999) / 1000)
    return error
  }

  /// Opens a connection, after waiting for the right to do so, or for one that has become idle.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  private func openConnection<Client: DownstreamStream>(
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
    backend.counters.connectFailures.add()
    guard let rest = backend.shared.failed(at: state.loop.now.milliseconds) else { return }
    backend.counters.ejections.add()
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

  /// The exchange waits nowhere, and what becomes of the client reaches no point where it has
  /// waited: who waits there next may be another one. Backend connections and streams are shared
  /// and reused.
  func stopWatching<Client: DownstreamStream>(_ client: Client) {
    waitsAt = nil
    _ = client.watchHangUp(nil)
  }
}
