import EventLoop

/// Lets one notice a second through and counts the others.
struct NoticeLimit {
  private var next = Instant(microseconds: 0)
  private var suppressed = 0

  /// - Returns: How many were held back since the last one, or nil to hold this one back too.
  mutating func take(at now: Instant) -> Int? {
    guard now >= next else {
      suppressed += 1
      return nil
    }
    defer { suppressed = 0 }
    next = now + .seconds(1)
    return suppressed
  }
}
