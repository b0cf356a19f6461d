import Balancing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics

// Down: one try after the other.
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
    cluster.countRequest(at: state.loop.now.milliseconds)
    countedTries = 0
    var again: BackendRuntime?
    var isPausing = false
    var refusals = 0
    while true {
      let backend: BackendRuntime
      if isPausing || cluster.limits != nil {
        backend = try await chooseLater(client, from: cluster, plan, again, pausing: isPausing)
      } else {
        backend =
          if let again { again } else { try choose(from: cluster, for: client, plan, butNot: []) }
        backend.began()
      }
      isPausing = false
      defer { end(with: backend, of: cluster) }
      var opened = take(of: backend, for: client, cluster, isRetry: again != nil)
      if opened == nil { opened = try await open(backend, client, cluster) }
      again = nil
      // Each place where a task may suspend costs it memory: so there are few.
      let result =
        switch opened {
        case .connection(let stream):
          try await attempt(client, over: stream, backend, cluster, route, plan)
        case .stream(let stream):
          try await attempt(client, over: stream, backend, cluster, route, plan)
        case nil: TryResult.refused
        }
      switch result {
      case .done: return
      case .again: again = backend
      case .elsewhere(let pausing):
        passOver(backend)
        isPausing = pausing
      case .refused:
        // It is passed over; so is the second try with it.
        refusals += 1
        if refusals == Self.maxRefusals || !plan.onConnectFailure { throw noBackend(cluster) }
      }
    }
  }

  /// The backend for the next try, when that has to wait for something.
  ///
  /// - Parameter again: The one that is to have it, if it can.
  @inline(never)
  private func chooseLater<Client: DownstreamStream>(
    _ client: Client, from cluster: ClusterRuntime, _ plan: RetryPlan, _ again: BackendRuntime?,
    pausing: Bool
  ) async throws(ProxyError) -> BackendRuntime {
    if pausing { try await pauseBeforeTry(client, plan) }
    if let limits = cluster.limits {
      return try await chooseWithinLimits(client, from: cluster, plan, limits, again)
    }
    let backend =
      if let again { again } else { try choose(from: cluster, for: client, plan, butNot: []) }
    backend.began()
    return backend
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

  /// More than any number of tries: a backend cannot keep a request for ever with connections that
  /// die.
  private static let mostAttempts: UInt32 = 20

  private func attempt<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, over stream: Backend, _ backend: BackendRuntime, _ cluster: ClusterRuntime,
    _ route: RouteRuntime, _ plan: RetryPlan
  ) async throws(ProxyError) -> TryResult {
    log.attempts &+= 1
    countedTries &+= 1
    log.backend = backend
    let counters = backend.counters
    counters.begun.add()
    log.beginTry()
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
      let next =
        log.attempts < Self.mostAttempts
        ? nextTry(client, stream, after: error, plan, cluster) : .none
      noteBreakdown(backend, cluster, error, isReused: stream.isReused, since: beganAt)
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
}
