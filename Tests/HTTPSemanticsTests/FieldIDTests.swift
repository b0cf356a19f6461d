import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("Field names")
struct FieldIDTests {
  /// Each name that is written as the case is in Swift, with a hyphen before each capital letter.
  private func name(of id: FieldID) -> String {
    switch id {
    case .te: return "TE"
    case .http2Settings: return "HTTP2-Settings"
    case .etag: return "ETag"
    case .wwwAuthenticate: return "WWW-Authenticate"
    case .xRealIP: return "X-Real-IP"
    case .xRequestID: return "X-Request-ID"
    default:
      var name = ""
      for letter in "\(id)" {
        if letter.isUppercase { name += "-" }
        name += name.isEmpty ? letter.uppercased() : String(letter)
      }
      return name
    }
  }

  @Test(
    "each is recognised in any case",
    arguments: FieldID.allCases.filter { $0 != .other && !$0.isPseudo })
  func recognises(_ id: FieldID) {
    let name = name(of: id)
    #expect(name.withSpan { FieldID($0) } == id)
    #expect(name.lowercased().withSpan { FieldID($0) } == id)
    #expect(name.uppercased().withSpan { FieldID($0) } == id)
  }

  @Test("a name that differs in one octet is another", arguments: FieldID.allCases)
  func differs(_ id: FieldID) {
    let name = Array(name(of: id).lowercased().utf8)
    for place in name.indices {
      var other = name
      other[place] ^= 0x80
      #expect(other.withSpan { FieldID($0) } == .other)
      other[place] = 0x5F
      #expect(other.withSpan { FieldID($0) } == .other)
    }
    #expect((name + [0x73]).withSpan { FieldID($0) } == .other)
    #expect("".withSpan { FieldID($0) } == .other)
  }

  @Test("fewer than 64, so that a set of them is one word")
  func count() { #expect(FieldID.allCases.count < 64) }

  @Test("connection-level fields are hop-by-hop, RFC 9110 §7.6.1")
  func hopByHop() {
    let hopByHop: Set<FieldID> = [
      .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings,
    ]
    #expect(Set(FieldID.allCases.filter(\.isHopByHop)) == hopByHop)
  }

  @Test(
    "framing, routing, authentication and content fields stay out of trailers, RFC 9110 §6.5.1",
    arguments: [
      FieldID.contentLength, .transferEncoding, .host, .authorization, .cookie, .setCookie,
      .contentType, .contentEncoding, .contentRange, .trailer, .te, .connection, .expect, .range,
      .cacheControl, .ifMatch, .maxForwards, .forwarded, .xForwardedFor, .via,
    ])
  func forbiddenInTrailers(_ id: FieldID) { #expect(id.isForbiddenInTrailers) }

  @Test("unknown fields may be trailers")
  func allowedInTrailers() {
    #expect(!FieldID.other.isForbiddenInTrailers)
    #expect(!FieldID.etag.isForbiddenInTrailers)
  }
}
