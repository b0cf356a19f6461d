import Balancing
import Synchronization

// What a backend is good for, beside its rest after refused connections.
extension SharedBackend {
  /// What balancers take it for. Whatever is different later without anybody doing anything, such
  /// as after a rest, is told with it; for everything else ``SharedCluster/changed()`` is called.
  ///
  /// - Parameter isPanicking: Whether so few are well that it does not count who is.
  func availability(
    at now: UInt64, slowStart: SlowStart = SlowStart(), isPanicking: Bool = false
  ) -> BackendAvailability {
    let state = assignedState
    if state == .down { return .unusable() }
    let rest = self.rest
    guard rest.canTry(at: now) else { return .unusable(until: now &+ rest.remaining(at: now)) }
    if !isPanicking {
      let ejection = self.ejection
      if ejection.isEjected(at: now) { return .unusable(until: ejection.until) }
      if health == .unhealthy { return .unusable() }
    }
    if state == .drain { return .draining }
    let ejection = self.ejection
    // From an ejection that is not over, as when all are used in a panic, nobody has come back.
    let since = max(
      condition.returnedAt.load(ordering: .relaxed),
      ejection.isEjected(at: now) ? 0 : ejection.until)
    return BackendAvailability(
      percent: slowStart.percent(at: now, since: since), acceptsSticky: true,
      until: slowStart.nextChange(at: now, since: since) ?? .max)
  }

  /// Whether it is neither ejected nor unhealthy.
  func isWell(at now: UInt64) -> Bool { !ejection.isEjected(at: now) && health != .unhealthy }

  /// It is new, or has come back: it begins slowly, if the cluster has that.
  func returned(at now: UInt64) {
    condition.returnedAt.store(max(1, now), ordering: .relaxed)
    cluster.changed()
  }

  /// Goes on from what is known of the same server under another identity.
  func adoptCondition(of other: SharedBackend) {
    condition.ejection.store(other.ejection.packed, ordering: .relaxed)
    condition.health.store(other.health.rawValue, ordering: .relaxed)
    condition.returnedAt.store(
      other.condition.returnedAt.load(ordering: .relaxed), ordering: .relaxed)
    condition.idleAge.store(other.idleAge.packed, ordering: .relaxed)
    condition.configured.store(other.configuredState.rawValue, ordering: .relaxed)
  }

  // MARK: Idle connections

  /// When it closes connections that are idle, as far as that is known.
  var idleAge: IdleAge { IdleAge(packed: condition.idleAge.load(ordering: .relaxed)) }

  /// It has closed a connection that was idle for so many milliseconds.
  func closedIdle(after age: UInt64, at now: UInt64) {
    learn { $0.afterClosing(at: age, now: now) }
  }

  /// A connection was closed before it would.
  func sparedIdle() { learn { $0.afterSparing } }

  private func learn(_ change: (IdleAge) -> IdleAge) {
    while true {
      let before = idleAge
      let after = change(before)
      let isDone = condition.idleAge.compareExchange(
        expected: before.packed, desired: after.packed, ordering: .relaxed
      ).exchanged
      if isDone { return }
    }
  }

  // MARK: Ejection

  var ejection: Ejection { Ejection(packed: condition.ejection.load(ordering: .relaxed)) }

  /// Counts an answer that is no failure.
  func answered() {
    while true {
      let before = ejection
      if before.failures == 0 || replace(before, by: before.afterSuccess) { return }
    }
  }

  /// Counts a try that has failed.
  ///
  /// - Returns: Whether these were too many in a row.
  func failedTry(at now: UInt64, policy: EjectionPolicy) -> Bool {
    while true {
      let before = ejection
      let after = before.afterFailure(at: now)
      if after == before || replace(before, by: after) { return after.isDue(policy) }
    }
  }

  /// Ejects it.
  ///
  /// - Returns: For how many milliseconds; nil if it was ejected already.
  func eject(at now: UInt64, policy: EjectionPolicy) -> UInt64? {
    while true {
      let before = ejection
      let after = before.afterEjection(at: now, policy: policy)
      if after == before { return nil }
      guard replace(before, by: after) else { continue }
      cluster.changed()
      return after.until - now
    }
  }

  /// It was told that it is ejected.
  func ejectionWasTold() { condition.isEjectionTold.store(true, ordering: .relaxed) }

  /// Whether its ejection is over and nobody was told.
  func takeReturn(at now: UInt64) -> Bool {
    // Read first: all workers look.
    condition.isEjectionTold.load(ordering: .relaxed) && !ejection.isEjected(at: now)
      && condition.isEjectionTold.exchange(false, ordering: .relaxed)
  }

  /// Takes back the ejection that has just begun.
  func undoEjection(at now: UInt64) {
    while true {
      let before = ejection
      guard replace(before, by: before.afterUndoing(at: now)) else { continue }
      return cluster.changed()
    }
  }

  private func replace(_ before: Ejection, by after: Ejection) -> Bool {
    condition.ejection.compareExchange(
      expected: before.packed, desired: after.packed, ordering: .relaxed
    ).exchanged
  }

  // MARK: Health checks

  var health: HealthMachine.Verdict {
    HealthMachine.Verdict(rawValue: condition.health.load(ordering: .relaxed)) ?? .unknown
  }

  /// Takes what its checks have found.
  func setHealth(_ verdict: HealthMachine.Verdict, at now: UInt64) {
    let before = condition.health.exchange(verdict.rawValue, ordering: .relaxed)
    guard before != verdict.rawValue else { return }
    if before == HealthMachine.Verdict.unhealthy.rawValue { return returned(at: now) }
    cluster.changed()
  }

  // MARK: What an operator has decided

  /// That of the run time, or else that of the configuration.
  var assignedState: AssignedState { overriddenState ?? configuredState }

  var configuredState: AssignedState {
    AssignedState(rawValue: condition.configured.load(ordering: .relaxed)) ?? .up
  }

  var overriddenState: AssignedState? {
    AssignedState(rawValue: condition.override.load(ordering: .relaxed))
  }

  /// Takes the configuration's state. When that is another one than before, what was decided at run
  /// time is over.
  func configure(_ state: AssignedState) {
    let before = condition.configured.exchange(state.rawValue, ordering: .relaxed)
    guard before != state.rawValue else { return }
    condition.override.store(0, ordering: .relaxed)
    cluster.changed()
  }

  /// Decides at run time; nil: the configuration counts again.
  ///
  /// - Returns: Whether that changes anything.
  func override(_ state: AssignedState?, at now: UInt64) -> Bool {
    let before = assignedState
    let wasOverridden = overriddenState
    condition.override.store(state?.rawValue ?? 0, ordering: .relaxed)
    if before != .up, assignedState == .up { returned(at: now) } else { cluster.changed() }
    return wasOverridden != state
  }
}
