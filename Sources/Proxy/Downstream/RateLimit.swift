import EventLoop

/// The least rate at which a peer must move octets, so that it cannot hold an exchange for ever by
/// dribbling.
struct RateLimit: Sendable {
  /// 0 turns the limit off.
  let octetsPerSecond: Int
  /// Waiting up to this long is never too slow.
  private static let grace = Interval.seconds(10)

  init(octetsPerSecond: Int) { self.octetsPerSecond = octetsPerSecond }

  /// Whether `octets` in `waited` are too few.
  func isTooSlow(_ octets: UInt64, in waited: Interval) -> Bool {
    guard octetsPerSecond > 0, waited > Self.grace else { return false }
    let seconds = UInt64(clamping: (waited.microseconds - Self.grace.microseconds) / 1_000_000)
    let (least, overflow) = seconds.multipliedReportingOverflow(by: UInt64(octetsPerSecond))
    return overflow || octets < least
  }
}

/// How fast a peer has been while *we* waited for it; time that others took does not count.
struct RateMeter {
  private var octets: UInt64 = 0
  private var waited = Interval.zero

  mutating func moved(_ count: Int, afterWaiting interval: Interval) {
    octets &+= UInt64(clamping: count)
    waited.microseconds &+= interval.microseconds
  }

  func isBelow(_ limit: RateLimit) -> Bool { limit.isTooSlow(octets, in: waited) }
}
