import Glibc

/// A point on the monotonic clock, in microseconds.
public struct Instant: Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Later than any deadline that is ever set.
  public static let never = Instant(microseconds: .max)

  /// Reads the clock. Deadlines use ``EventLoop/now`` instead, which costs nothing.
  public static func read() -> Instant {
    var time = timespec()
    // Sound: the call fills the structure that it is given. It cannot fail for this clock.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
  }

  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  /// The instant `interval` later; never, if that is beyond what the clock can say.
  public static func + (instant: Self, interval: Interval) -> Self {
    let (sum, overflow) = instant.microseconds.addingReportingOverflow(interval.microseconds)
    return Instant(microseconds: overflow ? .max : sum)
  }

  public static func - (later: Self, earlier: Self) -> Interval {
    Interval(microseconds: later.microseconds &- earlier.microseconds)
  }
}

/// A span of time in microseconds: what a `Duration` is on the data path, in one word.
public struct Interval: Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let zero = Interval(microseconds: 0)
  /// A limit that never strikes.
  public static let infinite = Interval(microseconds: .max)

  public static func milliseconds(_ count: Int64) -> Self { Self(count, times: 1000) }
  public static func seconds(_ count: Int64) -> Self { Self(count, times: 1_000_000) }

  /// Infinite, if it is more than 292,000 years.
  private init(_ count: Int64, times unit: Int64) {
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    microseconds = overflow ? .max : product
  }

  /// Rounds down to microseconds; beyond 292,000 years it is infinite.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    microseconds = overflow || carried ? .max : sum
  }

  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
}
