import Bytes
import CodecTestSupport
import Testing

@Suite("Searching in spans")
struct SpanSearchingTests {
  @Test("finds an octet wherever it stands, from every start")
  func findsByte() {
    for length in 0...40 {
      for place in 0...length {
        // The neighbours 0x0C and 0x8D differ from CR in one bit each.
        var bytes = (0..<length).map { UInt8($0 % 2 == 0 ? 0x0C : 0x8D) }
        if place < length { bytes[place] = .carriageReturn }
        for start in 0...length {
          let plain =
            bytes[start...].firstIndex(of: .carriageReturn) ?? length
          #expect(
            bytes.withSpan { $0.firstIndex(of: .carriageReturn, from: start, to: length) } == plain)
        }
      }
    }
  }

  @Test("looks at nothing from its end on")
  func staysInside() {
    let bytes = Array("aaaaaaaaaaaaaaa:".utf8)
    #expect(bytes.withSpan { $0.firstIndex(of: .colon, from: 0, to: 15) } == 15)
    #expect(bytes.withSpan { $0.firstControl(from: 0, to: 16) } == 16)
  }

  @Test("finds every control octet but HTAB, at every place", arguments: UInt8.min...UInt8.max)
  func findsControl(_ byte: UInt8) {
    let isControl = byte < 0x20 && byte != .tab || byte == 0x7F
    for place in 0..<20 {
      var bytes = [UInt8](repeating: 0x20, count: 20)
      bytes[place] = byte
      #expect(bytes.withSpan { $0.firstControl(from: 0, to: 20) } == (isControl ? place : 20))
      #expect(bytes.withSpan { $0.firstControl(from: place + 1, to: 20) } == 20)
    }
  }

  @Test("finds the first control octet behind tabs and non-ASCII octets")
  func passesAllowed() {
    let bytes: [UInt8] = Array("\t\tcaf\u{e9}\t abc\t\t\t\t\t\t\t\t\u{ff}\u{80}\r\n".utf8)
    #expect(bytes.withSpan { $0.firstControl(from: 0, to: bytes.count) } == bytes.count - 2)
  }

  @Test(
    "trims SP and HTAB at both ends only",
    arguments: [("", ""), (" ", ""), ("\t a b\t ", "a b"), ("a", "a"), (" a", "a"), ("a\t", "a")])
  func trims(_ text: String, _ trimmed: String) {
    let bytes = Array(text.utf8)
    let range = bytes.span.trimmingWhitespace(0..<bytes.count)
    #expect(String(decoding: bytes[range], as: UTF8.self) == trimmed)
  }
}
