/// The ranges that several keys share. docs/configuration.md and the JSON Schema name them too.
enum Ranges {
  /// A deadline. A day is more than any of them needs, and fits every timer.
  static let timeout: ClosedRange<Duration> = .milliseconds(1)...(.seconds(86_400))
  /// A time that may be nothing at all, or switched off.
  static let optionalTime: ClosedRange<Duration> = .zero...(.seconds(86_400))
  static let weight = 0...10_000
  static let connections = 1...10_000_000
}
