import Balancing
import EventLoop

// How a cluster's backends fare together.
extension ClusterRuntime {
  /// Those that nobody has taken out of use, and that would get requests if all were well.
  private var inUse: [BackendRuntime] {
    backends.filter { $0.hasShare && $0.pool.shared.assignedState == .up }
  }

  /// Whether so few backends are well that it does not count who is. Not while there is a level
  /// with enough of them: that is what levels are for.
  func isPanicking(at now: UInt64) -> Bool {
    guard panicThreshold > 0 else { return false }
    let levels = Dictionary(grouping: inUse, by: \.level).values
    return !levels.isEmpty
      && levels.allSatisfy { level in
        level.count { $0.pool.shared.isWell(at: now) } * 100 < panicThreshold * level.count
      }
  }

  // MARK: Ejecting

  /// How many more backends may be ejected; below 0, how many are out beyond what may be. Those
  /// that refuse connections or are unhealthy count as ejected: nobody can do without the others
  /// for their sake.
  func ejectionRoom(at now: UInt64) -> Int {
    guard let ejection else { return 0 }
    let inUse = self.inUse
    let out = inUse.count {
      !$0.pool.shared.isWell(at: now) || !$0.pool.shared.rest.isUsable
    }
    return ejection.policy.most(of: inUse.count) - out
  }
}
