import Balancing
import EventLoop

// How a cluster's backends fare together.
extension ClusterRuntime {
  /// Whether so few backends are well that it does not count who is.
  func isPanicking(at now: UInt64) -> Bool {
    guard panicThreshold > 0 else { return false }
    let inUse = backends.filter { $0.pool.shared.assignedState == .up }
    let well = inUse.count { $0.pool.shared.isWell(at: now) }
    return well * 100 < panicThreshold * inUse.count
  }

  // MARK: Ejecting

  /// Whether one more backend may be ejected, or one less than are has to be.
  func ejectionRoom(at now: UInt64) -> Int {
    guard let ejection else { return 0 }
    let inUse = backends.filter { $0.pool.shared.assignedState == .up }
    let ejected = inUse.count { $0.pool.shared.ejection.isEjected(at: now) }
    return ejection.policy.most(of: inUse.count) - ejected
  }
}
