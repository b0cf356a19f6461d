import Glibc

/// A time as people write it.
public enum CalendarTime {
  /// Now, in whole seconds.
  public static var secondsSince1970: Int64 { Int64(time(nil)) }

  /// `2026-11-21T03:24:00.123Z` (RFC 3339).
  ///
  /// - Parameter microseconds: Since 1970.
  public static func internetText(microseconds: Int64) -> String {
    var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000) }
    var time = time_t(seconds)
    var parts = unsafe tm()
    // Sound: both structures live for the call, which fills in the second.
    guard unsafe gmtime_r(&time, &parts) != nil else { return "-" }
    let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
    let date = "\(digits(year, 4))-\(digits(month))-\(digits(day))"
    let clock = "\(digits(hour)):\(digits(minute)):\(digits(second))"
    return "\(date)T\(clock).\(digits(Int32(fraction / 1000), 3))Z"
  }

  private static func digits(_ number: Int32, _ count: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
