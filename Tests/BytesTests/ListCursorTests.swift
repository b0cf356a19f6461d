import Bytes
import Testing

@Suite("Comma-separated lists, RFC 9110 §5.6.1")
struct ListCursorTests {
  static let cases: [(String, [String])] = [
    ("", []), (" ", []), (",", []), (" , ,\t", []), ("a", ["a"]), ("a,b", ["a", "b"]),
    (" a ,\tb c\t, d", ["a", "b c", "d"]), (",a,,b,", ["a", "b"]),
  ]

  @Test("members are trimmed, empty ones skipped", arguments: cases)
  func members(_ text: String, _ members: [String]) {
    let bytes = Array("##\(text)##".utf8)
    var cursor = ListCursor(2..<(bytes.count - 2))
    var found: [String] = []
    while let member = cursor.next(in: bytes.span) {
      found.append(String(decoding: bytes[member], as: UTF8.self))
    }
    #expect(found == members)
  }
}
