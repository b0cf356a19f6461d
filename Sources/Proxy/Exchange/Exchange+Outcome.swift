import Balancing
import EventLoop
import HTTPSemantics

// What a try says about its backend.
extension Exchange {
  /// The backend has answered, with whatever status.
  func noteAnswer(_ backend: BackendRuntime, _ cluster: ClusterRuntime, status: UInt16) {
    guard cluster.ejects else { return }
    if status >= 400, let ejection = cluster.ejection, ejection.isFailure(status: status) {
      return noteFailedTry(backend, cluster, ejection, reason: "status_\(status)")
    }
    backend.succeeded()
  }

  /// A try has ended without an answer, or in the midst of it.
  ///
  /// - Parameters:
  ///   - isReused: Whether its connection had been idle, and may have died before.
  ///   - beganAt: When the try began.
  func noteBreakdown(
    _ backend: BackendRuntime, _ cluster: ClusterRuntime, _ error: ProxyError, isReused: Bool,
    since beganAt: Instant
  ) {
    guard isFault(error, isReused: isReused) else { return }
    backend.counters.failures.add()
    noteSlowness(of: backend, in: cluster, since: beganAt)
    // The route's time is over for all tries together: this one need not have been the slow one.
    guard let ejection = cluster.ejection, !isTooLate else { return }
    noteFailedTry(backend, cluster, ejection, reason: "\(error.reason)")
  }

  /// Whether a try that ended with `error` speaks against its backend.
  private func isFault(_ error: ProxyError, isReused: Bool) -> Bool {
    guard error.source == .upstream, abortCause == nil else { return false }
    return switch error.retry {
    // It has left the request to others, as it may.
    case .unprocessed: false
    // One that dies unanswered while it was idle is nobody's fault.
    case .ifReused: !isReused
    case .never, .broken, .tooSlow: true
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

  private func noteFailedTry(
    _ backend: BackendRuntime, _ cluster: ClusterRuntime, _ ejection: EjectionRules,
    reason: @autoclosure () -> String
  ) {
    let now = state.loop.now.milliseconds
    let isTooMuch = backend.failed(at: now, policy: ejection.policy)
    let shared = backend.shared
    let isDue = shared.failedTry(at: now, policy: ejection.policy)
    guard isTooMuch || isDue, cluster.ejectionRoom(at: now) > 0,
      let time = shared.eject(at: now, policy: ejection.policy)
    else { return }
    // Another worker may have ejected one at the same time.
    guard cluster.ejectionRoom(at: now) >= 0 else { return shared.undoEjection(at: now) }
    backend.counters.ejections.add()
    shared.ejectionWasTold()
    state.onEvent(
      .backendEjected(
        cluster: cluster.name, backend: backend.label, reason: reason(),
        milliseconds: Int(clamping: time)))
  }
}
