/// How many of the requests to a backend fail, by one worker's count.
///
/// A success costs one addition; the time is looked at only when something has failed.
public struct FailureWindow: Equatable, Sendable {
  private var requests: Int = 0
  private var failures: Int = 0
  /// When the window began.
  private var began: UInt64 = 0

  public init() {}

  public mutating func succeeded() { requests &+= 1 }

  /// Counts a failure at `now`, in milliseconds.
  ///
  /// - Returns: Whether too many have failed; then the next window begins.
  public mutating func failed(at now: UInt64, policy: EjectionPolicy) -> Bool {
    // Requests of a window that is over say nothing about this failure.
    if now &- began > policy.window { (requests, failures, began) = (0, 0, now) }
    requests &+= 1
    failures &+= 1
    guard policy.percent > 0, requests >= policy.minRequests,
      failures * 100 >= policy.percent * requests
    else { return false }
    (requests, failures, began) = (0, 0, now)
    return true
  }
}
