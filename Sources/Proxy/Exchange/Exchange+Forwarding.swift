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
  func forward<Client: DownstreamStream>(
    _ client: Client, to cluster: ClusterRuntime, _ route: RouteRuntime
  ) async throws(ProxyError) {
    chooseRequestID(client)
    var retried: BackendRuntime?
    var refusals = 0
    while true {
      let backend = if let retried { retried } else { try pick(from: cluster) }
      var idle = retried == nil ? takeIdle(of: backend, for: client) : nil
      if idle == nil {
        idle = try await open(backend, client, cluster)
        // A backend that refuses is passed over; so is the second try with it.
        retried = nil
      }
      guard let connection = idle else {
        refusals += 1
        if refusals == Self.maxRefusals { throw noBackend(cluster) }
        continue
      }
      log.attempts &+= 1
      log.backend = backend
      let forwarder = RequestForwarder(
        request: client.request, listener: client.listener, cluster: cluster, backend: backend)
      if try await attempt(client, over: connection, forwarder, route) { return }
      retried = backend
    }
  }

  /// Tries it with one backend.
  ///
  /// - Returns: false if another try is due.
  private func attempt<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over backend: Backend, _ forwarder: RequestForwarder, _ route: RouteRuntime
  ) async throws(ProxyError) -> Bool {
    do throws(ProxyError) {
      try await exchange(client, over: backend, forwarder, route)
      return true
    } catch {
      backend.cancel()
      if let abortCause { throw abortCause }
      // A reused connection that dies unanswered is nobody's fault: once more, on a fresh one.
      guard case .ifReused = error.retry, backend.isReused, client.canRewindContent,
        !client.hasSentHead,
        client.request.head.method.isIdempotent || !backend.wasWrittenTo
      else { throw error }
      client.rewindContent()
      log.octetsIn = 0
      pump = nil
      return false
    }
  }

  private func chooseRequestID<Client: DownstreamStream>(_ client: Client) {
    guard client.listener.forwarding.requestID else { return }
    let request = client.request
    if request.isTrusted, let line = request.head.fields.first(.xRequestID) {
      request.withBytes { bytes in
        if RequestID.isAcceptable(bytes[line.value]) { requestID.append(bytes[line.value]) }
      }
    }
    if requestID.isEmpty { state.requestIDs.write(into: &requestID) }
  }

  // MARK: Getting a connection

  /// The next backend by weight, of those that do not rest.
  private func pick(from cluster: ClusterRuntime) throws(ProxyError) -> BackendRuntime {
    let now = state.loop.now.milliseconds
    while let backend = cluster.pick({ $0.pool.shared.canTry(at: now) }) {
      // After a rest one request tries alone; another may have been faster.
      if backend.pool.shared.beginTry(at: now) { return backend }
    }
    throw noBackend(cluster)
  }

  private func takeIdle<Client: DownstreamStream>(
    of backend: BackendRuntime, for client: Client
  ) -> BackendConnection? {
    // After a rest it is on trial whether the backend accepts. An idle connection cannot tell; and
    // were one used time and again, the backend would stay at one try after the other.
    guard backend.pool.shared.rest.isUsable else {
      backend.pool.surrenderOne()
      return nil
    }
    let request = client.request
    let cannotRepeat = !request.head.method.isIdempotent || request.hasContent
    return backend.pool.checkOut(peeking: cannotRepeat, now: state.loop.now)
  }

  private func noBackend(_ cluster: ClusterRuntime) -> ProxyError {
    var error = ProxyError.upstream(.serviceUnavailable, "no_backend")
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
    if !pool.reserve() {
      if let idle = try await queue(for: pool, client, cluster) { return idle }
    }
    do throws(TransportError) {
      let transport = try await connecting(to: backend)
      try watch(client, transport.writes)
      try await transport.finishConnecting(
        until: min(deadline, state.loop.now + cluster.connectTimeout))
      waitsAt = nil
      if pool.shared.succeeded() { state.onEvent(.backendRecovered(backend: backend.label)) }
      return BackendConnection(transport, pool: pool, state: state)
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
          source: .internal, status: .serviceUnavailable, reason: "no_descriptors",
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
    guard let rest = backend.pool.shared.failed(at: state.loop.now.milliseconds) else { return }
    let reason =
      switch error {
      case .broken(let code): "connect_error_\(code)"
      case .timedOut: "connect_timeout"
      case .aborted: "aborted"
      }
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
      source: .upstream, status: .serviceUnavailable, reason: "queue_full", retryAfterSeconds: 1)
    guard pool.canWait else { throw busy }
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
          source: .upstream, status: .serviceUnavailable, reason: "queue_timeout",
          retryAfterSeconds: 1)
      case .ready:
        if let idle = pool.checkOut(peeking: true, now: state.loop.now) { return idle }
        if pool.reserve() { return nil }
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
}
