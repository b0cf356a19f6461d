import Bytes
import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("Authority, RFC 3986 §3.2")
struct AuthorityTests {
  static let valid: [(String, String, UInt16?)] = [
    ("example.com", "example.com", nil), ("example.com:8080", "example.com", 8080),
    ("example.com:", "example.com", nil), ("a_b-c~d.example", "a_b-c~d.example", nil),
    ("EXAMPLE.com:0", "EXAMPLE.com", 0), ("h:65535", "h", 65535), ("h:00080", "h", 80),
    ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]", "[::1]", nil), ("[::1]:443", "[::1]", 443),
    ("[::]", "[::]", nil), ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil),
    ("[1::8]", "[1::8]", nil), ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", nil),
    ("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", nil), ("[fe80::ABCD]:1", "[fe80::ABCD]", 1),
  ]

  @Test("host and port are told apart", arguments: valid)
  func accepts(_ text: String, _ host: String, _ port: UInt16?) throws {
    let authority = try text.withSpan { try Authority($0) }
    #expect(Array(Array(text.utf8)[authority.host.range]).text == host)
    #expect(authority.port == port)
  }

  static let invalid: [(String, AuthorityError)] = [
    ("", .emptyHost), (":80", .emptyHost),
    ("user@host", .userinfo), ("user:password@host", .userinfo), ("a:80@evil", .userinfo),
    ("h:65536", .invalidPort), ("h:99999999999999999999", .invalidPort), ("h:-1", .invalidPort),
    ("h:+1", .invalidPort), ("h: 80", .invalidPort), ("h:80 ", .invalidPort),
    ("h:80:80", .invalidPort), ("h:x", .invalidPort), ("[::1]:x", .invalidPort),
    ("x, y", .invalidHost), ("x,y", .invalidHost), ("a b", .invalidHost), ("a/b", .invalidHost),
    ("a?b", .invalidHost), ("a#b", .invalidHost), ("a\\b", .invalidHost), ("a\0b", .invalidHost),
    ("a%41", .invalidHost), ("a<b", .invalidHost), ("caf\u{e9}", .invalidHost),
    ("::1", .emptyHost), ("1::2", .invalidPort),
    ("[::1", .invalidHost), ("[]", .invalidHost), ("[:]", .invalidHost), ("[:::]", .invalidHost),
    ("[1:2]", .invalidHost), ("[1:2:3:4:5:6:7:8:9]", .invalidHost), ("[::1::2]", .invalidHost),
    ("[1:2:3:4:5:6:7:8::]", .invalidHost), ("[1:2:3:4:5:6:7:]", .invalidHost),
    ("[12345::]", .invalidHost), ("[::g]", .invalidHost), ("[::1%25eth0]", .invalidHost),
    ("[v1.x]", .invalidHost), ("[::1]x", .invalidHost), ("[::256.0.0.1]", .invalidHost),
    ("[::1.2.3]", .invalidHost), ("[::01.2.3.4]", .invalidHost), ("[::1.2.3.4:5]", .invalidHost),
    ("[1.2.3.4]", .invalidHost), ("x[::1]", .invalidHost),
  ]

  @Test("what is no authority, or hides another one, is refused", arguments: invalid)
  func refuses(_ text: String, _ error: AuthorityError) {
    #expect(throws: error) { try text.withSpan { try Authority($0) } }
  }
}
