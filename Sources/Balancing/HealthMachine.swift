/// What a backend's health checks have found.
///
/// The first check decides by itself; from then on it takes `fall` failures in a row to make a
/// healthy backend unhealthy, and `rise` successes to make it healthy again.
public struct HealthMachine: Equatable, Sendable {
  /// `unknown` counts as healthy: nothing has been found out yet.
  public enum Verdict: UInt8, Sendable { case unknown, healthy, unhealthy }

  public private(set) var verdict = Verdict.unknown
  /// Checks in a row that speak against the verdict.
  public private(set) var contrary = 0

  public init() {}

  /// Goes on from a verdict that was found before.
  public init(verdict: Verdict) { self.verdict = verdict }

  /// A check has ended.
  ///
  /// - Returns: Whether the verdict has changed.
  public mutating func checked(passed: Bool, fall: Int, rise: Int) -> Bool {
    let found: Verdict = passed ? .healthy : .unhealthy
    if found == verdict {
      contrary = 0
      return false
    }
    contrary += 1
    let needed =
      switch verdict {
      case .unknown: 1
      case .healthy: fall
      case .unhealthy: rise
      }
    guard contrary >= needed else { return false }
    verdict = found
    contrary = 0
    return true
  }
}
