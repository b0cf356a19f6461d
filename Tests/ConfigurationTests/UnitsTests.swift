import Testing

@testable import Configuration

@Suite("Durations and sizes")
struct UnitsTests {
  @Test(
    "a duration is numbers with units, the greater first",
    arguments: [
      ("0s", 0), ("0ms", 0), ("250ms", 250), ("2s", 2000), ("1m", 60_000), ("1h", 3_600_000),
      ("1h30m", 5_400_000), ("1h1m1s1ms", 3_661_001), ("007s", 7000), ("90s", 90_000),
    ])
  func durations(text: String, milliseconds: Int) throws {
    #expect(try parseDuration(text) == .milliseconds(milliseconds))
  }

  @Test(
    "what is no duration is refused with the reason",
    arguments: [
      ("", "expected a duration such as \"250ms\", \"2s\" or \"1h30m\""),
      ("s", "expected a duration such as \"250ms\", \"2s\" or \"1h30m\""),
      ("-1s", "expected a duration such as \"250ms\", \"2s\" or \"1h30m\""),
      ("10", "\"10\" needs a unit: ms, s, m or h"),
      ("1h30", "\"1h30\" needs a unit: ms, s, m or h"),
      ("1.5s", "durations have no fractions; use a smaller unit: ms, s, m or h"),
      ("1S", "\"S\" is no unit of time; there are ms, s, m and h"),
      ("1 s", "\" s\" is no unit of time; there are ms, s, m and h"),
      ("1d", "\"d\" is no unit of time; there are ms, s, m and h"),
      ("1us", "\"us\" is no unit of time; there are ms, s, m and h"),
      ("1s\u{301}", "\"s\u{301}\" is no unit of time; there are ms, s, m and h"),
      ("1m1h", "units go from the greater to the smaller, each once: \"1h30m\""),
      ("1s1s", "units go from the greater to the smaller, each once: \"1h30m\""),
      ("99999999999999999999s", "the number is too large"),
      ("9223372036854775807h", "the number is too large"),
      ("2562047788015h9223372036854775807ms", "the number is too large"),
    ])
  func refusedDurations(text: String, message: String) {
    #expect(throws: UnitError(message: message)) { try parseDuration(text) }
  }

  @Test(
    "a size is a number with a unit",
    arguments: [
      ("0B", 0), ("500B", 500), ("32KiB", 32 << 10), ("1MiB", 1 << 20), ("2GiB", 2 << 30),
      ("8589934591GiB", 8_589_934_591 << 30),
    ])
  func sizes(text: String, octets: Int) throws {
    #expect(try parseSize(text) == octets)
  }

  @Test(
    "what is no size is refused with the reason",
    arguments: [
      ("", "expected a size such as \"500B\" or \"32KiB\""),
      ("KiB", "expected a size such as \"500B\" or \"32KiB\""),
      ("32", "\"32\" needs a unit: B, KiB, MiB or GiB"),
      ("1.5MiB", "sizes have no fractions; use a smaller unit: B, KiB, MiB or GiB"),
      ("32KB", "\"KB\" is no unit of size; there are B, KiB, MiB and GiB"),
      ("32k", "\"k\" is no unit of size; there are B, KiB, MiB and GiB"),
      ("32 KiB", "\" KiB\" is no unit of size; there are B, KiB, MiB and GiB"),
      ("8589934592GiB", "the number is too large"),
      ("99999999999999999999B", "the number is too large"),
    ])
  func refusedSizes(text: String, message: String) {
    #expect(throws: UnitError(message: message)) { try parseSize(text) }
  }

  @Test("what is printed reads back", arguments: [0, 1, 999, 1000, 61_000, 5_400_000, 86_400_001])
  func durationsRoundTrip(milliseconds: Int) throws {
    let text = format(.milliseconds(milliseconds))
    #expect(try parseDuration(text) == .milliseconds(milliseconds))
  }

  @Test(
    "a size is printed in the largest unit that leaves no fraction",
    arguments: [
      (0, "0B"), (1, "1B"), (1024, "1KiB"), (1025, "1025B"), (3 << 20, "3MiB"),
      (1 << 40, "1024GiB"),
    ])
  func sizesRoundTrip(octets: Int, text: String) throws {
    #expect(format(octets: octets) == text)
    #expect(try parseSize(text) == octets)
  }
}
