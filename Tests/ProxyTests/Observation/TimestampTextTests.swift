import Bytes
import Testing

@testable import Proxy

@Suite("Time of log lines")
struct TimestampTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let microseconds: Int64
    let internet: String
    let common: String
    var testDescription: String { internet }
  }

  static let cases: [Case] = [
    Case(
      microseconds: 0, internet: "1970-01-01T00:00:00.000Z", common: "01/Jan/1970:00:00:00 +0000"),
    Case(
      microseconds: 784_111_777_123_999, internet: "1994-11-06T08:49:37.123Z",
      common: "06/Nov/1994:08:49:37 +0000"),
    Case(
      microseconds: 1_709_251_199_999_999, internet: "2024-02-29T23:59:59.999Z",
      common: "29/Feb/2024:23:59:59 +0000"),
    Case(
      microseconds: -1, internet: "1969-12-31T23:59:59.999Z", common: "31/Dec/1969:23:59:59 +0000"),
  ]

  @Test("is written in both forms", arguments: cases)
  func forms(_ c: Case) {
    var time = TimestampText()
    for _ in 0..<2 {
      #expect(
        writeInternet(c.microseconds, &time) == c.internet)
      #expect(writeCommon(c.microseconds, &time) == c.common)
    }
  }

  @Test("every month has its number and its name")
  func months() {
    var time = TimestampText()
    let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(separator: " ")
    for (index, name) in names.enumerated() {
      // The fifteenth of each month of 2026, counted in average months from the first one.
      let microseconds = Int64(1_768_478_400 + index * 2_629_746) * 1_000_000
      let internet = writeInternet(microseconds, &time)
      #expect(internet.hasPrefix("2026-" + (index < 9 ? "0" : "") + "\(index + 1)-"))
      let common = writeCommon(microseconds, &time)
      #expect(common.dropFirst(3).hasPrefix(name + "/2026:"))
    }
  }

  @Test("follows the clock from second to second, back too")
  func changes() {
    var time = TimestampText()
    let texts = [5_999_999, 6_000_000, 5_000_000].map { microseconds in
      writeInternet(microseconds, &time)
    }
    #expect(
      texts == [
        "1970-01-01T00:00:05.999Z", "1970-01-01T00:00:06.000Z", "1970-01-01T00:00:05.000Z",
      ])
  }

  private func writeInternet(_ microseconds: Int64, _ time: inout TimestampText) -> String {
    written { output in
      output.append(upTo: 24) { time.writeInternet(microseconds: microseconds, into: &$0) }
    }
  }

  private func writeCommon(_ microseconds: Int64, _ time: inout TimestampText) -> String {
    written { output in
      output.append(upTo: 26) { time.writeCommon(microseconds: microseconds, into: &$0) }
    }
  }
}
