/// How long a backend that refuses connections is left alone.
public struct RestPolicy: Equatable, Sendable {
  /// Milliseconds after the first failure. Default 1 s: about what a service takes to restart, and
  /// short enough that one lost packet costs little.
  public var base: UInt64
  /// Milliseconds beyond which the rest does not grow. Default 30 s: a backend that comes back
  /// waits 15 s on average for its first request, and one that does not costs two tries a minute.
  public var maximum: UInt64
  /// Milliseconds that a try may take before another one is allowed, should the first never report.
  /// Default 10 s; more than a connect timeout.
  public var tryLimit: UInt64

  public init(base: UInt64 = 1_000, maximum: UInt64 = 30_000, tryLimit: UInt64 = 10_000) {
    self.base = base
    self.maximum = maximum
    self.tryLimit = tryLimit
  }

  /// Milliseconds of rest after the given number of failures in a row: base × 2^(n-1), capped.
  public func rest(afterFailures failures: UInt64) -> UInt64 {
    if failures == 0 { return 0 }
    // 32 doublings of any base have passed every sensible maximum.
    let (grown, overflow) = base.multipliedReportingOverflow(by: 1 << min(failures - 1, 32))
    return overflow ? maximum : min(grown, maximum)
  }
}
