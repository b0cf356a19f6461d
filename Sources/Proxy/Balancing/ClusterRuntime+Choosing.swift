import Balancing
import Bytes
import EventLoop
import HTTPSemantics

// Which backend a request goes to.
extension ClusterRuntime {
  /// What became of a choice.
  enum Chosen {
    case backend(BackendRuntime)
    /// The request is part of a share that is refused, with this status.
    case refused(StatusCode)
    /// No backend can be used.
    case nobody
  }

  /// Chooses the backend of `request`, which may go to it at once.
  ///
  /// - Parameter tried: Indices of backends that it must not go to, as it has been there. A request
  ///   that has been somewhere is not refused any more.
  func choose(for request: Request, at now: Instant, after tried: [Int] = []) -> Chosen {
    let time = now.milliseconds
    if let bound = boundBackend(of: request, at: time, after: tried) { return .backend(bound) }
    let query = BalanceQuery(
      now: time, subclusterKey: subclusterKey?.hash(of: request),
      backendKey: backendKey?.hash(of: request), mayBeRefused: tried.isEmpty)
    // Each time one more turns out to be unusable.
    for _ in 0...backends.count {
      switch pick(query, excluding: tried) {
      case nil: return .nobody
      case .refused(let subcluster):
        return .refused(StatusCode(rawValue: UInt16(clamping: refusals[subcluster] ?? 503)))
      case .backend(let index, _):
        let backend = backends[index]
        // After a rest one request tries alone; another may have been faster.
        guard backend.beginTry(at: time) else {
          lookAgain()
          continue
        }
        bind(request, to: backend)
        return .backend(backend)
      }
    }
    return .nobody
  }

  /// Where the next request goes, or nil when no backend can be used.
  ///
  /// What was chosen may have become unusable since another worker said so:
  /// ``SharedBackend/beginTry(at:)`` knows, and then ``lookAgain()`` is due.
  ///
  /// - Parameter excluded: Indices of backends that this request must not go to.
  func pick(_ query: BalanceQuery, excluding excluded: [Int] = []) -> ClusterBalancer.Choice? {
    lookIfChanged(at: query.now)
    return balancer.value.pick(query, excluding: excluded)
  }

  /// Makes the next choice look at all backends before.
  func lookAgain() { seenChanges = 0 }

  /// Tells the balancer what its backends are good for, if that has changed.
  func lookIfChanged(at now: UInt64) {
    let changes = shared.changeCount
    guard changes != seenChanges || now >= nextChange else { return }
    var next = UInt64.max
    let isPanicking = isPanicking(at: now)
    if shared.setPanicking(isPanicking) { onPanic?(isPanicking) }
    for index in backends.indices {
      let backend = backends[index].pool.shared
      if backend.takeReturn(at: now) { onReturn?(backend.label) }
      let state = backend.availability(at: now, slowStart: slowStart, isPanicking: isPanicking)
      // Who is used for lack of others may be well again by then.
      if isPanicking, backend.ejection.isEjected(at: now) {
        next = min(next, backend.ejection.until)
      }
      availability[index] = state
      next = min(next, state.until)
    }
    nextChange = next
    seenChanges = changes
    balancer.value.update(availability)
  }

  /// Counts how long a backend took to answer, or to fail.
  func answered(_ backend: BackendRuntime, after time: Interval, at now: Instant) {
    guard measuresAnswers else { return }
    balancer.value.answered(backend.index, in: Double(time.microseconds), at: now.milliseconds)
  }

  // MARK: Sessions

  /// The backend that the session of `request` is bound to, if it can be used.
  private func boundBackend(
    of request: Request, at now: UInt64, after tried: [Int]
  ) -> BackendRuntime? {
    guard let sticky else { return nil }
    request.addedCookie = []
    guard let index = sticky.backend(of: request), !tried.contains(index) else { return nil }
    lookIfChanged(at: now)
    let backend = backends[index]
    guard availability[index].acceptsSticky, balancer.value.hasWeight(index),
      backend.beginTry(at: now)
    else { return nil }
    return backend
  }

  private func bind(_ request: Request, to backend: BackendRuntime) {
    guard let sticky else { return }
    request.addedCookie = sticky.field(for: backend.index, isSecure: request.tls != nil)
  }
}
