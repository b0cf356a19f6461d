import Bytes
import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("IMF-fixdate, RFC 9110 §5.6.7")
struct HTTPDateTests {
  static let cases: [(Int64, String)] = [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
    (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
    (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    (-86_400, "Wed, 31 Dec 1969 00:00:00 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    (.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
  ]

  @Test("is written in 29 octets", arguments: cases)
  func writes(_ seconds: Int64, _ text: String) {
    var output = OutputBuffer()
    HTTPDate.write(unixSeconds: seconds, into: &output)
    let written = output.span.text
    #expect(written == text)
  }

  @Test("each day follows the day before, for 900 years")
  func daysFollow() {
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    var (year, month, day, weekday, seconds) = (1600, 0, 1, 6, Int64(-11_676_096_000))
    while year < 2500 {
      let digits = "\(day < 10 ? "0" : "")\(day)"
      let expected = "\(weekdays[weekday]), \(digits) \(months[month]) \(year) 00:00:00 GMT"
      let octets = HTTPDate.octets(unixSeconds: seconds)
      let written = octets.span.text
      if written != expected { #expect(written == expected) }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
      (day, weekday, seconds) = (day + 1, (weekday + 1) % 7, seconds + 86_400)
      if day > length { (day, month) = (1, month + 1) }
      if month == 12 { (month, year) = (0, year + 1) }
    }
    #expect(seconds == 16_725_225_600, "the walk covered 900 years")
  }
}
