import Bytes
import Foundation
import TestSupport
import Testing

@testable import Proxy

@Suite("Escaping in log lines")
struct LogEscapingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let json: String
    let text: String
    var testDescription: String { json }

    init(_ bytes: [UInt8], json: String, text: String) {
      (self.bytes, self.json, self.text) = (bytes, json, text)
    }
  }

  static let cases: [Case] = [
    Case(octets(""), json: "", text: ""),
    Case(octets("plain /path?x=1"), json: "plain /path?x=1", text: "plain /path?x=1"),
    Case(octets("a\"b\\c"), json: #"a\"b\\c"#, text: #"a\x22b\x5Cc"#),
    Case(
      octets("a\r\n127.0.0.1 - fake"), json: #"a\u000D\u000A127.0.0.1 - fake"#,
      text: #"a\x0D\x0A127.0.0.1 - fake"#),
    Case(octets("\u{1B}[2J\u{7F}"), json: #"\u001B[2J\u007F"#, text: #"\x1B[2J\x7F"#),
    Case(octets("ä€😀"), json: "ä€😀", text: #"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"#),
    Case(octets("\u{85}"), json: #"\u0085"#, text: #"\xC2\x85"#),
    Case(octets("\u{2028}\u{202E}"), json: #"\u2028\u202E"#, text: #"\xE2\x80\xA8\xE2\x80\xAE"#),
    Case(octets("\u{A0}\u{2027}"), json: "\u{A0}\u{2027}", text: #"\xC2\xA0\xE2\x80\xA7"#),
    Case([0x61, 0xFF, 0x62], json: #"a\u00FFb"#, text: #"a\xFFb"#),
    Case([0xC3], json: #"\u00C3"#, text: #"\xC3"#),
    Case([0xC3, 0x28], json: #"\u00C3("#, text: #"\xC3("#),
    Case([0xC0, 0xAF], json: #"\u00C0\u00AF"#, text: #"\xC0\xAF"#),  // overlong /
    Case([0xED, 0xA0, 0x80], json: #"\u00ED\u00A0\u0080"#, text: #"\xED\xA0\x80"#),  // surrogate
    Case([0xF4, 0x90, 0x80, 0x80], json: #"\u00F4\u0090\u0080\u0080"#, text: #"\xF4\x90\x80\x80"#),
    Case([0xE2, 0x82, 0x41], json: #"\u00E2\u0082A"#, text: #"\xE2\x82A"#),
  ]

  @Test("nothing that ends a line or a quotation stays", arguments: cases)
  func table(_ c: Case) {
    // At every offset, so that steps of eight octets meet it everywhere.
    for (front, back) in (0...17).flatMap({ front in (0...9).map { (front, $0) } }) {
      let (front, back) = (
        String(repeating: "-", count: front), String(repeating: "+", count: back)
      )
      let bytes = octets(front) + c.bytes + octets(back)
      #expect(written { LogEscaping.writeJSON(bytes.span, into: &$0) } == front + c.json + back)
      #expect(written { writeText(bytes, &$0) } == front + c.text + back)
    }
  }

  private func writeText(_ text: [UInt8], _ output: inout OutputBuffer) {
    output.append(upTo: text.count * 4) { LogEscaping.writeText(text.span, into: &$0) }
  }

  @Test("any octets make valid JSON, which reads back as what they were", arguments: 0..<200)
  func anyOctets(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let alphabet: [UInt8] = [0, 9, 10, 13, 0x22, 0x5C, 0x41, 0x7F, 0x80, 0xBF, 0xC2, 0xE2, 0xED]
    let bytes = (0..<40).map { _ in
      random.next() % 2 == 0
        ? alphabet.randomElement(using: &random) ?? 0 : UInt8(truncatingIfNeeded: random.next())
    }
    for end in 0...bytes.count {
      let part = Array(bytes[..<end])
      let line = "[\"" + written { LogEscaping.writeJSON(part.span, into: &$0) } + "\"]"
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String]
      #expect(value?.first.map { Array($0.unicodeScalars) } == Self.plain(part))
      let text = written { writeText(part, &$0) }
      #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 })
    }
  }

  /// Scalars of the well-formed parts, and U+0000 to U+00FF for the octets of the others.
  private static func plain(_ bytes: [UInt8]) -> [UnicodeScalar] {
    var scalars: [UnicodeScalar] = []
    var index = 0
    while index < bytes.count {
      let lengths = (1...4).filter { index + $0 <= bytes.count }
      let valid = lengths.compactMap { length -> (UnicodeScalar, Int)? in
        let text = String(validating: bytes[index..<index + length], as: UTF8.self)
        guard let scalars = text?.unicodeScalars, scalars.count == 1 else { return nil }
        return scalars.first.map { ($0, length) }
      }
      scalars.append(valid.first?.0 ?? UnicodeScalar(bytes[index]))
      index += valid.first?.1 ?? 1
    }
    return scalars
  }
}
