/// The ranges that several keys share. docs/configuration.md and the JSON Schema name them too.
enum Ranges {
  /// A deadline. A day is more than any of them needs, and fits every timer.
  static let timeout: ClosedRange<Duration> = .milliseconds(1)...(.seconds(86_400))
  /// A time that may be nothing at all, or switched off.
  static let optionalTime: ClosedRange<Duration> = .zero...(.seconds(86_400))
  /// RFC 8446 §4.6.1: a ticket lives for seven days at most.
  static let session: ClosedRange<Duration> = .seconds(1)...(.seconds(604_800))
  /// How long an answer of a name server counts.
  static let timeToLive: ClosedRange<Duration> = .milliseconds(100)...(.seconds(86_400))
  /// For one answer of a name server.
  static let nameTimeout: ClosedRange<Duration> = .milliseconds(10)...(.seconds(60))
  static let weight = 0...10_000
  static let priority = 0...9
  /// Statuses that refuse.
  static let refusal = 400...599
  static let percent = 1...100
  /// Percent of the average load; with less than a little more than that nearly every request would
  /// have to go on.
  static let loadBound = 105...1000
  static let connections = 1...10_000_000
  /// Field lines of one message.
  static let fields = 1...1000
  /// Octets of a field section.
  static let head = 1 << 10...1 << 20

  /// Streams of an HTTP/2 connection.
  static let streams = 1...10_000
  /// RFC 9113 §6.9.1: at most 2^31-1. What every peer may send before it has seen our settings, and
  /// a connection's window can only grow from there: 65535.
  static let window = 65_535...0x7FFF_FFFF
  /// RFC 9113 §4.2 begins there and ends at 16 MiB, which is more than should be on one stream
  /// before others get their turn.
  static let frame = 1 << 14...1 << 20
  static let headerTable = 0...1 << 16
  /// What a peer may make us do: at once, and each second.
  static let bucket = 1...1_000_000
}
