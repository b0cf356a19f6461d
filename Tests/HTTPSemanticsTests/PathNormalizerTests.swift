import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("Normal form of paths, RFC 3986 §6.2.2")
struct PathNormalizerTests {
  static let valid: [(String, String)] = [
    ("", "/"), ("/", "/"), ("/a/b.html", "/a/b.html"), ("/a//b", "/a//b"), ("//", "//"),
    ("/a;x=1/b;y", "/a;x=1/b;y"), ("/.well-known/x", "/.well-known/x"), ("/...", "/..."),
    ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/.", "/"), ("/./", "/"), ("/a/..", "/"),
    ("/a/../b", "/b"), ("/a/b/../../c", "/c"), ("/a/b/..", "/a/"), ("/a//../b", "/a/b"),
    ("/a/../b/../c/..", "/"), ("/a/..;/b", "/a/..;/b"), ("/a/..b/.c", "/a/..b/.c"),
    ("/%61", "/a"), ("/%7E%2d%2E%5f", "/~-._"), ("/%41%5a%30", "/AZ0"),
    ("/%2f", "/%2F"), ("/a%2fb", "/a%2Fb"), ("/%c3%a9", "/%C3%A9"), ("/%5c", "/%5C"),
    ("/%20%3f%23", "/%20%3F%23"), ("/%2561", "/%2561"), ("/%01%7f", "/%01%7F"),
    ("/a/%2e%2E/b", "/b"), ("/a/%2e/b", "/a/b"), ("/a/.%2e", "/"), ("/a/%2e%2e%2fb", "/a/..%2Fb"),
    ("/{x}|^`", "/{x}|^`"),
  ]

  @Test("is what routes see and backends receive", arguments: valid)
  func normalizes(_ path: String, _ normal: String) throws {
    #expect(try normalize(path) == normal)
    #expect(try normalize(normal) == normal, "it is its own normal form")
    #expect(path == normal || path.withSpan { PathNormalizer.needsWork($0) })
  }

  static let invalid: [(String, TargetError)] = [
    ("/..", .aboveRoot), ("/../a", .aboveRoot), ("/a/../..", .aboveRoot), ("/./..", .aboveRoot),
    ("/%2e%2e/", .aboveRoot), ("/a/../../b", .aboveRoot),
    ("/%00", .encodedNUL), ("/a%00.html", .encodedNUL),
    ("/%", .malformedPercentEncoding), ("/%4", .malformedPercentEncoding),
    ("/%zz", .malformedPercentEncoding), ("/%u0041", .malformedPercentEncoding),
    ("/%4/", .malformedPercentEncoding), ("/a%%41", .malformedPercentEncoding),
    ("/a\\b", .backslash), ("/..\\x", .backslash), ("a", .notAbsolute), ("*", .notAbsolute),
  ]

  @Test("what has none is refused", arguments: invalid)
  func refuses(_ path: String, _ error: TargetError) {
    #expect(throws: error) { try normalize(path) }
    #expect(path.withSpan { PathNormalizer.needsWork($0) })
    #expect(error.status == .badRequest)
  }

  @Test("plain paths need no work", arguments: ["/", "/a/b", "/a.b/c..", "/a//b;c", "/~a-b_c"])
  func plain(_ path: String) { #expect(!path.withSpan { PathNormalizer.needsWork($0) }) }

  @Test("every percent-encoded octet keeps its meaning")
  func everyOctet() throws {
    for byte in UInt8(1)...255 {
      let hex = String(byte, radix: 16)
      let encoded = "%" + (byte < 16 ? "0" : "") + hex
      let scalar = Unicode.Scalar(byte)
      let isUnreserved =
        byte < 0x80
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-._~".unicodeScalars.contains(scalar))
      let expected = isUnreserved ? String(Character(scalar)) : encoded.uppercased()
      #expect(try normalize("/x" + encoded) == "/x" + expected)
    }
  }

  private func normalize(_ path: String) throws(TargetError) -> String {
    // What was there before must not show through.
    var output: [UInt8] = Array("/before/".utf8)
    try path.withSpan { (span) throws(TargetError) in
      try PathNormalizer.normalize(span, into: &output)
    }
    return output.text
  }
}
