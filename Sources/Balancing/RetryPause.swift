/// How long to wait before a further try: a random part of a time that doubles with each ("full
/// jitter"), so that those who failed together do not come back together.
public struct RetryPause: Equatable, Sendable {
  /// Milliseconds that the pause before the second try is a part of.
  public var base: UInt64
  /// The most that they grow to.
  public var maximum: UInt64

  public init(base: UInt64 = 25, maximum: UInt64 = 250) {
    self.base = base
    self.maximum = maximum
  }

  /// Milliseconds of the pause before a try.
  ///
  /// - Parameters:
  ///   - tries: Those that were made, 1 or more.
  ///   - random: Evenly spread over its type.
  public func length(afterTries tries: Int, random: UInt64) -> UInt64 {
    let shift = UInt64(max(0, min(tries - 1, 32)))
    let (grown, overflow) = base.multipliedReportingOverflow(by: 1 << shift)
    let limit = overflow ? maximum : min(grown, maximum)
    // The product's upper half spreads evenly over 0...limit without a division.
    return limit == .max ? random : (limit &+ 1).multipliedFullWidth(by: random).high
  }
}
