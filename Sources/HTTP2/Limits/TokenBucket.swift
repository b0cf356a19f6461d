/// Bounds how often something happens: a burst at once, and so many a minute.
public struct TokenBucket: Sendable {
  public struct Rate: Equatable, Sendable {
    /// What a full bucket holds. To 2²⁰.
    public var burst: Int
    /// What flows in. To 2²⁶, more than a million a second.
    public var perMinute: Int

    public init(burst: Int, perMinute: Int) {
      self.burst = min(max(burst, 0), 1 << 20)
      self.perMinute = min(max(perMinute, 0), 1 << 26)
    }
  }

  /// One token: what flows in at a rate of one a minute, in a minute of microseconds.
  private static let token: Int64 = 60_000_000

  /// What it holds, in parts of a token.
  private var level: Int64
  /// When it was last filled up, in microseconds.
  private var updated: Int64

  /// A full bucket.
  public init(_ rate: Rate, now: Int64) {
    level = Int64(rate.burst) &* Self.token
    updated = now
  }

  /// Takes a token.
  ///
  /// - Returns: Whether there was one.
  public mutating func take(_ rate: Rate, now: Int64) -> Bool {
    refill(rate, now: now)
    guard level >= Self.token else { return false }
    level &-= Self.token
    return true
  }

  /// Whether less than a quarter is left of what a full bucket holds.
  public func isLow(_ rate: Rate) -> Bool {
    level < Int64(rate.burst) &* (Self.token / 4)
  }

  private mutating func refill(_ rate: Rate, now: Int64) {
    // A clock that stands still or goes back fills nothing. An hour fills any bucket that flows at
    // all well enough, and bounds the product below: 2⁵⁸.
    let elapsed = now > updated ? min(max(now &- updated, 0), 3_600_000_000) : 0
    updated = max(updated, now)
    let full = Int64(rate.burst) &* Self.token
    level = min(full, level &+ elapsed &* Int64(rate.perMinute))
  }
}
