import Configuration
import Proxy
import Testing

@Suite("Targets of redirects")
struct RedirectTargetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let pieces: [RedirectConfig.Piece]
    var path = "/a/b"
    var query = "?x=1&y=%20"
    let target: String
    var testDescription: String { target }
  }

  static let cases: [Case] = [
    Case(
      pieces: [.literal("https://"), .host, .path, .query],
      target: "https://shop.example/a/b?x=1&y=%20"),
    Case(
      pieces: [.scheme, .literal("://www."), .authority, .path],
      target: "http://www.shop.example:8080/a/b"),
    Case(pieces: [.literal("/new"), .path], query: "", target: "/new/a/b"),
    Case(pieces: [.literal("https://"), .host, .query], query: "", target: "https://shop.example"),
    Case(pieces: [], target: ""),
    // Nothing that ends the field line or starts another.
    Case(
      pieces: [.path, .query], path: "/a\r\nSet-Cookie: x", query: "?\u{0}\"<>\\^`{|}\u{7F} ",
      target: "/a%0D%0ASet-Cookie:%20x?%00%22%3C%3E%5C%5E%60%7B%7C%7D%7F%20"),
    Case(pieces: [.path], path: "/ä€", target: "/%C3%A4%E2%82%AC"),
    Case(pieces: [.literal("/a b\r\n")], target: "/a%20b%0D%0A"),
    // Nothing that leads to another host.
    Case(pieces: [.path], path: "//evil.example/", target: "/.//evil.example/"),
    Case(pieces: [.path], path: "/\\evil.example/", target: "/%5Cevil.example/"),
    Case(pieces: [.literal("/"), .path], path: "/evil.example", target: "/.//evil.example"),
    Case(pieces: [.literal("//cdn.example"), .path], target: "//cdn.example/a/b"),
    Case(
      pieces: [.literal("https://"), .host, .path], path: "//x", target: "https://shop.example//x"),
  ]

  @Test("pieces are put together, and made harmless", arguments: cases)
  func expands(_ c: Case) {
    let (scheme, host) = (octets("http"), octets("shop.example"))
    let (authority, path, query) = (octets("shop.example:8080"), octets(c.path), octets(c.query))
    let target = written {
      RedirectTarget.write(
        c.pieces, scheme: scheme.span, host: host.span, authority: authority.span, path: path.span,
        query: query.span, into: &$0)
    }
    #expect(target == c.target)
  }

  @Test("every octet comes out as itself or percent-encoded", arguments: UInt8.min...UInt8.max)
  func everyOctet(byte: UInt8) {
    let none: [UInt8] = []
    let target = written {
      RedirectTarget.write(
        [.path], scheme: none.span, host: none.span, authority: none.span, path: [byte].span,
        query: none.span, into: &$0)
    }
    let kept = Set(
      octets(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"))
    let hex = String(byte, radix: 16, uppercase: true)
    let encoded = "%" + (byte < 16 ? "0" : "") + hex
    #expect(target == (kept.contains(byte) ? String(UnicodeScalar(byte)) : encoded))
  }
}
