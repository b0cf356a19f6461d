import Bytes
import HPACK
import HTTPSemantics
import Testing

@Suite("Encoding of field blocks, RFC 7541")
struct HPACKEncoderTests {
  @Test(
    "every status is three digits", arguments: [100, 200, 204, 206, 304, 400, 404, 418, 500, 599])
  func status(code: UInt16) throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    for _ in 0..<2 {
      var output = OutputBuffer()
      encoder.beginBlock(into: &output)
      encoder.encode(status: code, into: &output)
      #expect(try decoder.decode(output.array).fields == [Field(":status", "\(code)")])
    }
  }

  @Test(
    "pseudo-header fields",
    arguments: [
      (FieldID.methodPseudo, Field(":method", "PATCH")), (.methodPseudo, Field(":method", "GET")),
      (.schemePseudo, Field(":scheme", "https")), (.authorityPseudo, Field(":authority", "a:1")),
      (.pathPseudo, Field(":path", "/")), (.pathPseudo, Field(":path", "/a?b")),
      (.protocolPseudo, Field(":protocol", "websocket")),
    ])
  func pseudo(id: FieldID, field: Field) throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    var counts: [Int] = []
    for _ in 0..<2 {
      var output = OutputBuffer()
      encoder.beginBlock(into: &output)
      encoder.encode(pseudo: id, value: field.value.span, into: &output)
      #expect(try decoder.decode(output.array).fields == [field])
      counts.append(output.count)
    }
    let isPath = field == Field(":path", "/a?b")
    #expect(isPath ? counts[1] == counts[0] : counts[1] == 1)
  }

  @Test("names are written in lower case, and found in either")
  func names() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    for (name, lowered) in [("X-TRACE-id", "x-trace-id"), ("ETag", "etag"), ("Link", "link")] {
      for indexing in [HPACKEncoder.Indexing.neverIndexed, .literal, .indexed, .indexed] {
        let block = encoder.encode([Field(name, "Value")], indexing)
        #expect(
          try decoder.decode(block).fields
            == [Field(lowered, "Value", isNeverIndexed: indexing == .neverIndexed)])
      }
      #expect(encoder.encode([Field(lowered, "Value")]).count == 1)
    }
  }

  @Test("what is never indexed is not in the table, nor written by an index of it")
  func neverIndexed() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    let open = Field("x-token", "secret")
    let field = Field("x-token", "secret", isNeverIndexed: true)
    let first = encoder.encode([field])
    #expect(first[0] == 0x10)
    #expect(encoder.encode([field]) == first)
    _ = try decoder.decode(encoder.encode([open]))
    #expect(try decoder.decode(encoder.encode([field])).fields == [field])
  }

  @Test("a field that would fill most of the table is a literal")
  func large() {
    var encoder = HPACKEncoder()
    let small = Field("x-small", "a")
    let large = Field("x-large", String(repeating: "a", count: 3500))
    _ = encoder.encode([small])
    #expect(encoder.encode([large]).first == 0)
    #expect(encoder.encode([small]).count == 1)
  }

  @Test("changes of the size are told at the start of the next block", arguments: SizeChange.all)
  func sizes(change: SizeChange) {
    var encoder = HPACKEncoder(maxTableOctets: change.cap)
    for size in change.sizes { encoder.setMaxTableOctets(size) }
    #expect(encoder.encode([Field(":method", "GET")]) == [UInt8](hex: change.updates) + [0x82])
    #expect(encoder.encode([Field(":method", "GET")]) == [0x82])
  }

  struct SizeChange: CustomTestStringConvertible {
    var rule: String
    var cap = 4096
    var sizes: [Int] = []
    var updates: String

    var testDescription: String { rule }

    static let all = [
      SizeChange(rule: "none", updates: ""),
      SizeChange(rule: "the same size", sizes: [4096], updates: ""),
      SizeChange(rule: "more than our own cap", sizes: [100_000], updates: ""),
      SizeChange(rule: "less", sizes: [0], updates: "20"),
      SizeChange(rule: "less and the same again", sizes: [0, 4096], updates: "20 3f e1 1f"),
      SizeChange(rule: "less and less", sizes: [100, 30], updates: "3e"),
      SizeChange(rule: "the lowest and the last", sizes: [100, 20, 30], updates: "34 3e"),
      SizeChange(rule: "more and less", cap: 8192, sizes: [8192, 30], updates: "3e"),
      SizeChange(rule: "more", cap: 8192, sizes: [10_000], updates: "3f e1 3f"),
      SizeChange(rule: "a cap below what the peer begins with", cap: 30, updates: "3e"),
      SizeChange(
        rule: "such a cap, and a peer that allows more", cap: 30, sizes: [65_536], updates: "3e"),
      SizeChange(rule: "a negative size", sizes: [-1], updates: "20"),
    ]
  }

  @Test("fields are represented by what they are", arguments: FieldID.allCases)
  func indexing(id: FieldID) {
    let kept = HPACKEncoder.indexing(of: id, valueOctets: 40, isNeverIndexed: true)
    #expect(kept == .neverIndexed)
    let short = HPACKEncoder.indexing(of: id, valueOctets: 10, isNeverIndexed: false)
    let long = HPACKEncoder.indexing(of: id, valueOctets: 40, isNeverIndexed: false)
    switch id {
    case .authorization, .proxyAuthorization, .setCookie:
      #expect(short == .neverIndexed && long == .neverIndexed)
    case .cookie: #expect(short == .neverIndexed && long == .indexed)
    case .contentLength, .etag, .pathPseudo, .xRequestID, .xForwardedFor:
      #expect(short == .literal && long == .literal)
    case .other, .userAgent, .server, .date, .xForwardedProto, .contentType, .authorityPseudo:
      #expect(short == .indexed && long == .indexed)
    default: #expect(short == long && long != .neverIndexed)
    }
    // What has come before is no value that varies.
    let again = HPACKEncoder.indexing(
      of: id, valueOctets: 40, isNeverIndexed: false, isRepeated: true)
    #expect(again == (long == .literal ? .indexed : long))
  }
}
