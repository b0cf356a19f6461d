import Balancing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// Whether a request is sent once more, and to whom.
extension Exchange {
  /// What follows a try that brought no answer for the client.
  enum NextTry {
    case none
    /// On a fresh connection to the same backend.
    case same
    /// With another backend, if there is one.
    case other(pausing: Bool)
  }

  /// What follows a try that ended with `error`. The right to it has been taken.
  func nextTry<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ stream: Backend, after error: ProxyError, _ plan: RetryPlan,
    _ cluster: ClusterRuntime
  ) -> NextTry {
    guard error.retry != .never, canRepeat(client) else { return .none }
    let mayRepeat = plan.allows(client.request.head.method)
    switch error.retry {
    case .never: return .none
    case .ifReused:
      // One that dies unanswered while it was idle is nobody's fault, and counts for nothing.
      if stream.isReused, plan.onReused, mayRepeat || !stream.wasWrittenTo { return .same }
      guard plan.onReset, mayRepeat || !stream.wasWrittenTo else { return .none }
    case .broken: guard plan.onReset, mayRepeat else { return .none }
    case .tooSlow:
      guard mayRepeat else { return .none }
      return takeTry(plan, cluster) ? .other(pausing: false) : .none
    case .unprocessed: guard plan.onRefusedStream else { return .none }
    }
    return takeTry(plan, cluster) ? .other(pausing: true) : .none
  }

  /// Whether the backend's answer is to be thrown away for another try. The right to it has been
  /// taken.
  func isToBeRepeated<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend, _ plan: RetryPlan, _ cluster: ClusterRuntime
  ) -> Bool {
    let isCovered =
      if backend.head.status >= 400 {
        plan.covers(status: backend.head.status)
      } else {
        client.request.isGRPC && plan.coversGRPC && coversGRPCStatus(of: backend, plan)
      }
    return isCovered && canRepeat(client) && plan.allows(client.request.head.method)
      && takeTry(plan, cluster)
  }

  /// A call that failed at once has its status where others have it in trailers.
  private func coversGRPCStatus<Backend: UpstreamStream>(
    of backend: Backend, _ plan: RetryPlan
  ) -> Bool {
    guard let buffer = backend.headBuffer else { return false }
    let bytes = buffer.span.extracting(backend.headStart..<buffer.capacity)
    for line in backend.head.fields.lines where line.id == .other {
      guard bytes[line.name].equalsIgnoringCase("grpc-status") else { continue }
      return bytes[line.value].decimalValue.map { plan.covers(grpcStatus: $0) } ?? false
    }
    return false
  }

  /// Whether all of the request can be sent again, and nothing of an answer has gone out.
  private func canRepeat<Client: DownstreamStream>(_ client: Client) -> Bool {
    guard !client.hasSentHead, abortCause == nil else { return false }
    return replay.phase == .keeping || client.canRewindContent
  }

  /// Takes the right to one more try.
  func takeTry(_ plan: RetryPlan, _ cluster: ClusterRuntime) -> Bool {
    guard countedTries < plan.attempts else { return false }
    guard cluster.takeRetry(at: state.loop.now.milliseconds) else {
      state.statistics.retriesOverBudget &+= 1
      return false
    }
    state.statistics.retries &+= 1
    return true
  }

  /// Makes ready for another try.
  func prepareAgain<Client: DownstreamStream>(_ client: Client) {
    if replay.phase != .keeping {
      client.rewindContent()
      replay.end(pool: state.buffers)
    }
    log.octetsIn = 0
    pump = nil
  }

  /// Waits before another try, so that those who failed together do not come back together.
  func pauseBeforeTry<Client: DownstreamStream>(
    _ client: Client, _ plan: RetryPlan
  ) async throws(ProxyError) {
    var random = SystemRandomNumberGenerator()
    let pause = plan.pause.length(afterTries: countedTries, random: random.next())
    guard pause > 0 else { return }
    let point = WaitPoint(on: state.loop)
    do throws(TransportError) { try watch(client, point) } catch { throw .clientGone }
    let outcome = await point.wait(
      until: min(deadline, state.loop.now + .milliseconds(Int64(clamping: pause))))
    stopWatching(client)
    if let abortCause { throw abortCause }
    if outcome == .aborted { throw .clientGone }
    if isTooLate { throw Self.totalTimeout }
  }
}
