import HTTP1
import HTTPSemantics
import Testing

@Suite("Chunked transfer coding, RFC 9112 §7.1")
struct ChunkedDecoderTests {
  /// One body, and what it must decode to however it is cut up.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let wire: String
    let outcome: Result<DecodedBody, BodyError>
    var testDescription: String { name }

    init(_ name: String, _ wire: String, _ content: String, trailers: [String] = []) {
      (self.name, self.wire) = (name, wire)
      outcome = .success(DecodedBody(content: Array(content.utf8), trailers: trailers))
    }

    init(_ name: String, _ wire: String, _ error: BodyError) {
      (self.name, self.wire, outcome) = (name, wire, .failure(error))
    }
  }

  static let valid: [Case] = [
    Case("one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
    Case("no chunk", "0\r\n\r\n", ""),
    Case(
      "hex in both cases", "a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij"
    ),
    Case("16 digits", "0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "hello"),
    Case("data that looks like framing", "7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n", "0\r\n\r\n0\r"),
    Case("an extension", "5;a\r\nhello\r\n0;z\r\n\r\n", "hello"),
    Case("extensions with values", "5;a=b;c=\"d;e\\\"\\\\\u{e9}\"\r\nhello\r\n0\r\n\r\n", "hello"),
    Case(
      "whitespace around the signs", "5 \t; a \t= b ;c =\t\"d\" ; e\r\nhello\r\n0\r\n\r\n", "hello"),
    Case(
      "256 octets of extension",
      "5;" + String(repeating: "a", count: 255) + "\r\nhello\r\n0\r\n\r\n", "hello"),
    Case("trailers", "0\r\nA: b\r\nC-d:\te \r\n\r\n", "", trailers: ["A: b", "C-d: e"]),
    Case(
      "forbidden trailers are dropped",
      "1\r\nx\r\n0\r\nHost: evil\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nX: y\r\nAuthorization: z\r\nCookie: c\r\nConnection: X\r\nA_b: c\r\n\r\n",
      "x", trailers: ["X: y"]),
  ]

  static let sizes: [Case] = [
    Case("0x", "0x5\r\nhello", .invalidChunkSize(0x78)),
    Case("plus", "+5\r\nhello", .invalidChunkSize(0x2B)),
    Case("minus", "-1\r\n", .invalidChunkSize(0x2D)),
    Case("underscore", "1_0\r\n", .invalidChunkSize(0x5F)),
    Case("space before", " 5\r\nhello", .invalidChunkSize(0x20)),
    Case("nothing", "\r\nhello", .invalidChunkSize(0x0D)),
    Case("an extension alone", ";a\r\nhello", .invalidChunkSize(0x3B)),
    Case("space after, no extension", "5 \r\nhello", .invalidChunkExtension(0x0D)),
    Case("tab after, no extension", "5\t\r\nhello", .invalidChunkExtension(0x0D)),
    Case("two sizes", "5 5\r\nhello", .invalidChunkExtension(0x35)),
    Case("2⁶³", "8000000000000000\r\n", .chunkSizeTooLarge),
    Case("2⁶⁴ - 1", "FFFFFFFFFFFFFFFF\r\n", .chunkSizeTooLarge),
    Case("2⁶⁴", "10000000000000000\r\n", .chunkSizeTooLarge),
    Case("17 digits", "00000000000000005\r\nhello", .chunkSizeTooLarge),
    Case("5000 zeros", String(repeating: "0", count: 5000), .chunkSizeTooLarge),
  ]

  static let lineEnds: [Case] = [
    Case("bare LF after a size", "5\nhello", .invalidChunkSize(0x0A)),
    Case("bare CR after a size", "5\rhello", .expectedCRLF(0x68)),
    Case("CR CR LF after a size", "5\r\r\nhello", .expectedCRLF(0x0D)),
    Case("bare LF after the data", "5\r\nhello\n0\r\n\r\n", .expectedCRLF(0x0A)),
    Case("bare CR after the data", "5\r\nhello\r0\r\n\r\n", .expectedCRLF(0x30)),
    Case("bare LF in an extension", "5;a\nhello", .invalidChunkExtension(0x0A)),
    Case("bare LF after a semicolon", "5;\nhello", .invalidChunkExtension(0x0A)),
    Case("bare CR in an extension", "5;a\rb\r\nhello", .expectedCRLF(0x62)),
    Case("longer data", "5\r\nhelloX\r\n", .expectedCRLF(0x58)),
    Case("shorter data", "5\r\nhell\r\n0\r\n\r\n", .expectedCRLF(0x0A)),
    Case("bare LF after the last chunk", "0\n\n", .invalidChunkSize(0x0A)),
    Case("bare LF as the empty line", "0\r\n\n", .trailer(.bareLF)),
    Case("bare CR as the empty line", "0\r\n\rX", .expectedCRLF(0x58)),
  ]

  static let extensions: [Case] = [
    Case("no name", "5;\r\nhello", .invalidChunkExtension(0x0D)),
    Case("no name before =", "5;=a\r\nhello", .invalidChunkExtension(0x3D)),
    Case("no name between two", "5;;a\r\nhello", .invalidChunkExtension(0x3B)),
    Case("no value", "5;a=\r\nhello", .invalidChunkExtension(0x0D)),
    Case("space after the last", "5;a \r\nhello", .invalidChunkExtension(0x0D)),
    Case("space in a name", "5;a b\r\nhello", .invalidChunkExtension(0x62)),
    Case("an octet that no token has", "5;a@b\r\nhello", .invalidChunkExtension(0x40)),
    Case("NUL", "5;a\0b\r\nhello", .invalidChunkExtension(0)),
    Case("NUL in a quoted-string", "5;a=\"\0\"\r\nhello", .invalidChunkExtension(0)),
    Case("CRLF in a quoted-string", "5;a=\"b\r\nhello", .invalidChunkExtension(0x0D)),
    Case("an escaped CR", "5;a=\"\\\r\nhello", .invalidChunkExtension(0x0D)),
    Case("text after a quoted-string", "5;a=\"b\"c\r\nhello", .invalidChunkExtension(0x63)),
    Case(
      "257 octets on a line", "5;" + String(repeating: "a", count: 256) + "\r\nhello",
      .chunkExtensionTooLong),
    Case(
      "more than 16 KiB in a message",
      String(repeating: "1;" + String(repeating: "a", count: 127) + "\r\nx\r\n", count: 129),
      .chunkExtensionTooLong),
  ]

  static let trailers: [Case] = [
    Case(
      "a request in place of the empty line", "0\r\nGET / HTTP/1.1\r\n\r\n",
      .trailer(.whitespaceBeforeColon)),
    Case("no colon", "0\r\nabc\r\n\r\n", .trailer(.missingColon)),
    Case("bare LF", "0\r\nA: b\n\r\n", .trailer(.bareLF)),
    Case("obs-fold", "0\r\nA: b\r\n c\r\n\r\n", .trailer(.obsoleteFolding)),
    Case(
      "33 fields", "0\r\n" + (0..<33).map { "A\($0): b\r\n" }.joined() + "\r\n",
      .trailer(.tooManyFields)),
    Case(
      "more than 8 KiB", "0\r\nA: " + String(repeating: "b", count: 8190) + "\r\n\r\n",
      .trailer(.sectionTooLarge)),
    Case(
      "more than 8 KiB without a line's end", "0\r\n" + String(repeating: "b", count: 9000),
      .trailer(.sectionTooLarge)),
  ]

  @Test("decodes the same however the bytes are cut", arguments: valid)
  func decodes(_ c: Case) throws {
    let body = Array(c.wire.utf8)
    for rest in ["", "\r\nGET"] {
      let wire = body + Array(rest.utf8)
      for arrivals in Pieces.deliveries(of: wire.count) {
        var decoded = try decodeBody(wire, .chunked, arrivals: arrivals).get()
        #expect(decoded.rest == rest.utf8.count)
        decoded.rest = 0
        #expect(try decoded == c.outcome.get(), "\(arrivals)")
      }
    }
  }

  @Test(
    "refuses the same however the bytes are cut",
    arguments: sizes + lineEnds + extensions + trailers)
  func refuses(_ c: Case) {
    let wire = Array(c.wire.utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      #expect(decodeBody(wire, .chunked, arrivals: arrivals) == c.outcome, "\(arrivals)")
    }
  }

  @Test("2⁶³ - 1 octets may be announced")
  func largest() throws {
    let wire = Array("7FFFFFFFFFFFFFFF\r\nhi".utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      let body = try decodeBody(wire, .chunked, arrivals: arrivals).get()
      #expect(body == DecodedBody(content: Array("hi".utf8), isComplete: false))
    }
  }

  @Test("chunks of one octet are allowed, far more framing than content is not")
  func overhead() throws {
    let tiny = Array(String(repeating: "1\r\nx\r\n", count: 20_000).utf8)
    let body = try decodeBody(tiny, .chunked, arrivals: [tiny.count]).get()
    #expect(body.content.count == 20_000)

    let padded = Array(String(repeating: "0000000000000001\r\nx\r\n", count: 3300).utf8)
    #expect(throws: BodyError.excessiveChunkOverhead) {
      try decodeBody(padded, .chunked, arrivals: [padded.count]).get()
    }
    let within = Array(padded.prefix(65_000))
    #expect(try decodeBody(within, .chunked, arrivals: [within.count]).get().content.count > 3000)
  }

  @Test("errors have a status and a label of their own")
  func labels() {
    let errors: [BodyError] = [
      .invalidChunkSize(0), .chunkSizeTooLarge, .invalidChunkExtension(0), .chunkExtensionTooLong,
      .expectedCRLF(0), .excessiveChunkOverhead, .trailer(.bareLF), .truncated,
    ]
    #expect(Set(errors.map(\.reason.description)).count == errors.count)
    #expect(errors.allSatisfy { $0.status == .badRequest })
    #expect(BodyError.trailer(.sectionTooLarge).status == .requestHeaderFieldsTooLarge)
    #expect(BodyError.trailer(.tooManyFields).status == .requestHeaderFieldsTooLarge)
  }
}
