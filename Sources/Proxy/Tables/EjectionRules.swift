import Balancing
import Configuration
import EventLoop

/// When a cluster's backends are ejected, as requests meet it.
final class EjectionRules {
  let policy: EjectionPolicy
  /// By status, from 400 on.
  private let failures: [Bool]

  /// nil when nothing would ever be ejected.
  init?(_ config: EjectionConfig) {
    guard config.consecutive > 0 || config.percent > 0, config.maxPercent > 0 else { return nil }
    policy = EjectionPolicy(
      consecutive: config.consecutive, percent: config.percent, minRequests: config.minRequests,
      window: config.window.milliseconds, base: config.baseTime.milliseconds,
      maximum: config.maxTime.milliseconds, maxPercent: config.maxPercent)
    var failures = [Bool](repeating: false, count: 200)
    for status in config.statuses where 400...599 ~= status { failures[status - 400] = true }
    self.failures = failures
  }

  /// Whether a response of this status counts as a failure.
  func isFailure(status: UInt16) -> Bool {
    let index = Int(status) - 400
    return failures.indices.contains(index) && failures[index]
  }
}

extension Duration {
  /// Whole milliseconds, as the balancing of backends counts them.
  var milliseconds: UInt64 { UInt64(clamping: Interval(self).microseconds / 1000) }
}
