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
  /// - Parameter isReused: Whether its connection had been idle, and may have died before.
  func noteBreakdown(
    _ backend: BackendRuntime, _ cluster: ClusterRuntime, _ error: ProxyError, isReused: Bool
  ) {
    // What ends for lack of time, or because somebody ends it, says nothing about the backend.
    guard let ejection = cluster.ejection, error.source == .upstream, abortCause == nil, !isTooLate
    else { return }
    switch error.retry {
    case .unprocessed: return
    case .ifReused where isReused: return
    case .never, .ifReused, .broken, .tooSlow: break
    }
    noteFailedTry(backend, cluster, ejection, reason: "\(error.reason)")
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
