import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import TLS

// Getting a stream of a connection that many requests share.
extension Exchange {
  /// What an HTTP/2 backend has agreed on.
  enum Opened {
    case stream(BackendStream)
    case connection(BackendConnection)
  }

  /// Opens a stream: of a connection that has room for one, or of a fresh connection.
  ///
  /// - Returns: nil if the backend refused; it rests from now on.
  func openStream<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Opened? {
    let pool = backend.pool
    let queueDeadline = min(deadline, state.loop.now + cluster.queueTimeout)
    let patienceEnds = state.loop.now + Self.patience
    // Those who have waited come first.
    var isInTurn = pool.waitingForStreams.isEmpty
    while true {
      if isInTurn, let stream = pool.connectionWithRoom()?.openStream() {
        // Whoever is next may find room, too.
        if pool.connectionWithRoom() != nil { pool.roomMayHaveChanged() }
        return .stream(stream)
      }
      isInTurn = true
      // One connection has room for many, if it comes soon.
      let isPatient = state.loop.now < patienceEnds
      let opensEnough = isPatient && pool.opensEnough
      if opensEnough || !pool.reserve() {
        let until = isPatient ? min(queueDeadline, patienceEnds) : queueDeadline
        try await queueForStream(
          of: pool, client, isAtLimit: !opensEnough, until: until, failingAt: queueDeadline)
        // Those who waited in vain for a connection that was refused go elsewhere.
        if !pool.shared.canTry(at: state.loop.now.milliseconds) { return nil }
        continue
      }
      return try await openMultiplexed(backend, client, cluster)
    }
  }

  /// Opens a connection, with the right to do so, and the first stream of it.
  @inline(never)
  private func openMultiplexed<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Opened? {
    let pool = backend.pool
    pool.openings = pool.openings + 1
    guard let transport = try await openShared(backend, client, cluster) else { return nil }
    if let tls = transport.tls, tls.negotiatedProtocol != "h2" {
      pool.openingEnded()
      return .connection(BackendConnection(transport, pool: pool, state: state))
    }
    let connection = HTTP2BackendConnection(
      transport, pool: pool, state: state, plan: cluster.http2)
    // Before it joins a pool that may be draining, and takes no further ones.
    let stream = connection.openStream()
    pool.add(connection)
    state.start { await connection.run() }
    return stream.map { .stream($0) }
  }

  private func openShared<Client: DownstreamStream>(
    _ backend: BackendRuntime, _ client: Client, _ cluster: ClusterRuntime
  ) async throws(ProxyError) -> Transport? {
    do throws(ProxyError) {
      if let transport = try await connect(backend, client, cluster) { return transport }
    } catch {
      backend.pool.openingEnded()
      throw error
    }
    backend.pool.openingEnded()
    return nil
  }

  /// How long a request waits for a connection that is being opened before it opens another.
  private static let patience = Interval.milliseconds(200)

  /// Waits until a stream may be had, or until `until`; too late is `queueDeadline`.
  @inline(never)
  private func queueForStream<Client: DownstreamStream>(
    of pool: ConnectionPool, _ client: Client, isAtLimit: Bool, until: Instant,
    failingAt queueDeadline: Instant
  ) async throws(ProxyError) {
    log.phase = .queue
    let began = Instant.read()
    defer { log.queued(since: began) }
    guard pool.canWaitForStream else {
      throw ProxyError(
        source: .upstream, status: .serviceUnavailable, reason: .queueFull, retryAfterSeconds: 1)
    }
    let point = WaitPoint(on: state.loop)
    do throws(TransportError) { try watch(client, point) } catch { throw .clientGone }
    if isAtLimit { state.requestSurrender(pool.shared.identity) }
    let outcome = await pool.waitForStream(at: point, isAtLimit: isAtLimit, until: until)
    waitsAt = nil
    if let abortCause {
      // The wake-up was for whoever can use it.
      if outcome == .ready { pool.roomMayHaveChanged() }
      throw abortCause
    }
    switch outcome {
    case .ready: return
    case .aborted: throw .clientGone
    case .deadline:
      if isTooLate { throw Self.totalTimeout }
      guard state.loop.now >= queueDeadline else { return }
      throw ProxyError(
        source: .upstream, status: .serviceUnavailable, reason: .queueTimeout,
        retryAfterSeconds: 1)
    }
  }
}
