public import Bytes

/// IMF-fixdate (RFC 9110 §5.6.7), the form of `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
  /// The 29 octets of the date.
  ///
  /// - Parameter unixSeconds: Seconds since 1970 began. Held to the years that four digits can
  ///   write, 0 to 9999.
  /// - Returns: The date as it stands in a field.
  public static func octets(unixSeconds: Int64) -> InlineArray<29, UInt8> {
    let seconds = min(max(unixSeconds, -62_167_219_200), 253_402_300_799)
    let dayNumber = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    let second = Int(seconds) - dayNumber * 86_400
    let (year, month, day) = civil(dayNumber)

    var text = InlineArray<29, UInt8>(repeating: .space)
    // Day 0, the first of January 1970, was a Thursday.
    let weekday = ((dayNumber + 4) % 7 + 7) % 7
    copy("SunMonTueWedThuFriSat", from: weekday * 3, to: &text, at: 0)
    text[3] = .comma
    put(day, at: 5, in: &text)
    copy("JanFebMarAprMayJunJulAugSepOctNovDec", from: (month - 1) * 3, to: &text, at: 8)
    put(year / 100, at: 12, in: &text)
    put(year % 100, at: 14, in: &text)
    put(second / 3600, at: 17, in: &text)
    text[19] = .colon
    put(second / 60 % 60, at: 20, in: &text)
    text[22] = .colon
    put(second % 60, at: 23, in: &text)
    copy("GMT", from: 0, to: &text, at: 26)
    return text
  }

  /// Appends the date to `output`.
  public static func write(unixSeconds: Int64, into output: inout OutputBuffer) {
    let text = octets(unixSeconds: unixSeconds)
    output.append(text.span)
  }

  /// The date of a day counted from the first of January 1970.
  ///
  /// Counts in years that begin in March, so that the leap day is the last day of its year, and in
  /// eras of 400 years, which are all equally long.
  private static func civil(_ dayNumber: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func put(_ number: Int, at index: Int, in text: inout InlineArray<29, UInt8>) {
    text[index] = .zero + UInt8(truncatingIfNeeded: number / 10)
    text[index + 1] = .zero + UInt8(truncatingIfNeeded: number % 10)
  }

  /// Copies three letters out of a run of names.
  private static func copy(
    _ names: StaticString, from start: Int, to text: inout InlineArray<29, UInt8>, at index: Int
  ) {
    for offset in 0..<3 { text[index + offset] = names.octet(at: start + offset) }
  }
}
