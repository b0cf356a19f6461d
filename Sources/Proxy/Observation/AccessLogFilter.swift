import Configuration
import EventLoop

/// Which exchanges have a line in the access log.
struct AccessLogFilter {
  private let sample: UInt64
  private let takesErrors: Bool
  /// `.infinite`: none for that alone.
  private let slowerThan: Interval

  init(_ rule: AccessLogRule) {
    sample = UInt64(clamping: rule.sample)
    takesErrors = rule.errors
    slowerThan = rule.slowerThan.map { Interval($0) } ?? .infinite
  }

  /// - Parameters:
  ///   - isError: Whether it ended early or with a status of 400 or more.
  ///   - number: Of the exchange, among those of its worker.
  func takes(isError: Bool, duration: Interval, number: UInt64) -> Bool {
    if sample == 1 || (takesErrors && isError) || duration >= slowerThan { return true }
    return sample > 1 && number % sample == 0
  }
}
