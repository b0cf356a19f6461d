import Bytes
import CodecTestSupport
import Testing

@Suite("Numbers in spans")
struct SpanNumbersTests {
  static let cases: [(String, UInt64?)] = [
    ("0", 0), ("5", 5), ("0005", 5), ("18446744073709551615", .max),
    ("00018446744073709551615", .max),
    ("18446744073709551616", nil), ("99999999999999999999", nil), ("184467440737095516150", nil),
    ("", nil), ("+5", nil), ("-5", nil), ("5 ", nil), (" 5", nil), ("5_0", nil), ("0x5", nil),
    ("5.0", nil), ("5,5", nil), ("٥", nil),
  ]

  @Test("only 1*DIGIT below 2⁶⁴ is a number", arguments: cases)
  func decimal(_ text: String, _ value: UInt64?) {
    #expect(text.withSpan { $0.decimalValue } == value)
  }

  @Test("1*DIGIT is told from a number that is too large")
  func isDecimal() {
    #expect("99999999999999999999".withSpan { $0.isDecimal })
    #expect(!"9a".withSpan { $0.isDecimal })
    #expect(!"".withSpan { $0.isDecimal })
  }

  @Test("hexadecimal digits have a value in both cases, other octets have none")
  func hexadecimal() {
    let digits = Array("0123456789abcdef".utf8)
    for byte in UInt8.min...UInt8.max {
      let expected = digits.firstIndex(of: byte.lowercased).map { UInt8($0) }
      #expect(byte.hexDigitValue == expected)
    }
    #expect((0...15).map { UInt8.hexDigit($0) } == Array("0123456789ABCDEF".utf8))
  }
}
