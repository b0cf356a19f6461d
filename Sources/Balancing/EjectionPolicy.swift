/// When a backend whose answers are failures is ejected, and for how long. What fails: connections
/// that break, deadlines that pass, and statuses that a gateway answers with.
public struct EjectionPolicy: Equatable, Sendable {
  /// Failures in a row; 0: they are not counted.
  public var consecutive: Int
  /// Failures for every hundred requests of a window; 0: they are not counted.
  public var percent: Int
  /// Requests that a window needs before its share counts.
  public var minRequests: Int
  /// Milliseconds of a window.
  public var window: UInt64
  /// Milliseconds that an ejection lasts, times those before it.
  public var base: UInt64
  /// The most that it grows to.
  public var maximum: UInt64
  /// Backends of a cluster that may be ejected at the same time, for every hundred.
  public var maxPercent: Int

  public init(
    consecutive: Int = 5, percent: Int = 0, minRequests: Int = 20, window: UInt64 = 10_000,
    base: UInt64 = 10_000, maximum: UInt64 = 300_000, maxPercent: Int = 50
  ) {
    self.consecutive = consecutive
    self.percent = percent
    self.minRequests = minRequests
    self.window = window
    self.base = base
    self.maximum = maximum
    self.maxPercent = maxPercent
  }

  /// How many of `total` backends may be ejected at the same time.
  public func most(of total: Int) -> Int { maxPercent * total / 100 }

  /// Milliseconds of the n-th ejection in a row.
  func rest(ofEjection number: UInt64) -> UInt64 {
    let (grown, overflow) = base.multipliedReportingOverflow(by: number)
    return overflow ? maximum : min(grown, maximum)
  }
}
