import Bytes
import Testing

@testable import Daemon

@Suite("The admin token")
struct AdminTokenTests {
  static let contents: [(String, Bool)] = [
    ("0123456789abcdef", true), ("  0123456789abcdef\r\n", true), ("0123456789abcde", false),
    ("", false), ("0123456789 abcdef", false), ("0123456789abcdef\u{e9}", false),
    ("0123456789abcdef\n0123456789abcdef", false),
  ]

  @Test("is one word of 16 printable characters or more", arguments: contents)
  func content(_ text: String, _ isToken: Bool) {
    #expect((AdminToken(Array(text.utf8)) != nil) == isToken)
  }

  static let values: [(String, Bool)] = [
    ("Bearer 0123456789abcdef", true), ("bearer 0123456789abcdef", true),
    ("Bearer 0123456789abcdeF", false), ("Bearer 0123456789abcdef0", false),
    ("Bearer 0123456789abcde", false), ("0123456789abcdef", false), ("Bearer", false),
    ("Bearer ", false), ("", false), ("Basic 0123456789abcdef", false),
  ]

  @Test("is shown whole, by the scheme Bearer", arguments: values)
  func shown(_ value: String, _ isRight: Bool) throws {
    let token = try #require(AdminToken(Array("0123456789abcdef".utf8)))
    let octets = Array(value.utf8)
    #expect(token.isShown(by: octets.span) == isRight)
  }
}
