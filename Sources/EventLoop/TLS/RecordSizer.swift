/// How large the next TLS record may be.
///
/// A record can be read only once all of it has come. While the congestion window is small, large
/// ones would cost a client a round trip before the first octet; once data streams, small ones cost
/// us a system call each.
struct RecordSizer {
  /// Three segments of an Ethernet.
  static let smallRecord = 4096
  static let largeRecord = 16 * 1024
  /// What goes out in small records, on a new connection and after a pause.
  static let smallStart = 64 * 1024
  /// After which a congestion window is about to be reduced (RFC 2861).
  static let pause = Interval.seconds(1)

  private var sent = 0
  private var lastWrite = Instant(microseconds: 0)

  /// Octets that the next record may have.
  mutating func limit(now: Instant) -> Int {
    if now - lastWrite >= Self.pause { sent = 0 }
    return sent < Self.smallStart ? Self.smallRecord : Self.largeRecord
  }

  mutating func wrote(_ count: Int, now: Instant) {
    sent = min(sent &+ count, Self.smallStart)
    lastWrite = now
  }
}
