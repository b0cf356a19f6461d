import CodecTestSupport
import HTTP1
import HTTPSemantics
import Testing

@Suite("What the fields of a request say about message and connection")
struct RequestHeadFieldsTests {
  typealias Case = RequestHeadParserTests.Case

  private static func post(
    _ name: String, _ fields: [String], version: String = "1.1",
    _ change: (inout RequestSummary) -> Void
  ) -> Case {
    let lines = (["Host: a"] + fields).map { $0 + "\r\n" }.joined()
    return Case(name, "POST / HTTP/\(version)\r\n\(lines)\r\n") {
      $0.method = "POST"
      if version == "1.0" { ($0.minorVersion, $0.isPersistent) = (0, false) }
      change(&$0)
    }
  }

  static let framing: [Case] = [
    post("Content-Length", ["Content-Length: 5"]) {
      $0.framing = .length(5)
      $0.fields += ["Content-Length: 5"]
    },
    post("leading zeros count for nothing", ["content-length: 0005"]) {
      $0.framing = .length(5)
      $0.fields += ["content-length: 0005"]
    },
    post("a length of 0 is said, not assumed", ["Content-Length: 0"]) {
      $0.framing = .length(0)
      $0.fields += ["Content-Length: 0"]
    },
    post("2⁶³ - 1", ["Content-Length: 9223372036854775807"]) {
      $0.framing = .length(UInt64(Int64.max))
      $0.fields += ["Content-Length: 9223372036854775807"]
    },
    post("chunked in any case", ["Transfer-Encoding: ChunKed"]) {
      $0.framing = .chunked
      $0.fields += ["- Transfer-Encoding: ChunKed"]
    },
  ]

  static let connection: [Case] = [
    post("close", ["Connection: close"]) {
      $0.isPersistent = false
      $0.fields += ["- Connection: close"]
    },
    post("close wins over keep-alive", ["Connection: keep-alive,, CLOSE ,"]) {
      $0.isPersistent = false
      $0.fields += ["- Connection: keep-alive,, CLOSE ,"]
    },
    post(
      "close wins over keep-alive in HTTP/1.0", ["Connection: keep-alive", "Connection: close"],
      version: "1.0"
    ) {
      $0.fields += ["- Connection: keep-alive", "- Connection: close"]
    },
    post(
      "connection-level fields go, named or not",
      ["Keep-Alive: timeout=5", "Proxy-Connection: x", "TE: gzip", "HTTP2-Settings: AAA"]
    ) {
      $0.fields += [
        "- Keep-Alive: timeout=5", "- Proxy-Connection: x", "- TE: gzip", "- HTTP2-Settings: AAA",
      ]
    },
    post("end-to-end fields stay", ["Proxy-Authorization: x", "Trailer: y", "Via: z"]) {
      $0.fields += ["Proxy-Authorization: x", "Trailer: y", "Via: z"]
    },
    post(
      "named fields go, in any case and wherever they stand",
      ["X-SECRET: 1", "Connection: x-secret, other", "X-Secret: 2"]
    ) {
      $0.fields += ["- X-SECRET: 1", "- Connection: x-secret, other", "- X-Secret: 2"]
    },
    post(
      "fields that backends decide by stay, though named",
      [
        "Connection: host, content-length, authorization, cookie, x-forwarded-for, forwarded, via, x-forwarded-user",
        "Content-Length: 1", "Authorization: b", "Cookie: c", "X-Forwarded-For: d", "Forwarded: e",
        "Via: f", "X-Forwarded-User: g",
      ]
    ) {
      $0.framing = .length(1)
      $0.fields += [
        "- Connection: host, content-length, authorization, cookie, x-forwarded-for, forwarded, via, x-forwarded-user",
        "Content-Length: 1", "Authorization: b", "Cookie: c", "X-Forwarded-For: d", "Forwarded: e",
        "Via: f", "X-Forwarded-User: g",
      ]
    },
    post("an upgrade that Connection names", ["Connection: Upgrade", "Upgrade: websocket"]) {
      $0.upgradeRequested = true
      $0.fields += ["- Connection: Upgrade", "- Upgrade: websocket"]
    },
    post("an upgrade that Connection does not name", ["Upgrade: websocket"]) {
      $0.fields += ["- Upgrade: websocket"]
    },
    post("no upgrade in HTTP/1.0", ["Connection: upgrade", "Upgrade: h2c"], version: "1.0") {
      $0.fields += ["- Connection: upgrade", "- Upgrade: h2c"]
    },
  ]

  static let others: [Case] = [
    post("100-continue", ["Expect: 100-Continue", "Content-Length: 1"]) {
      ($0.framing, $0.expectsContinue) = (.length(1), true)
      $0.fields += ["Expect: 100-Continue", "Content-Length: 1"]
    },
    post("100-continue without content is answered by the response", ["Expect: 100-continue"]) {
      $0.fields += ["Expect: 100-continue"]
    },
    post(
      "HTTP/1.0 waits for no 100", ["Expect: 100-continue", "Content-Length: 1"], version: "1.0"
    ) {
      $0.framing = .length(1)
      $0.fields += ["Expect: 100-continue", "Content-Length: 1"]
    },
    post("TE: trailers", ["TE: deflate;q=0.5, Trailers"]) {
      $0.acceptsTrailers = true
      $0.fields += ["- TE: deflate;q=0.5, Trailers"]
    },
    post("HTTP/1.0 wants no trailers", ["TE: trailers"], version: "1.0") {
      $0.fields += ["- TE: trailers"]
    },
  ]

  @Test("is drawn from them", arguments: framing + connection + others)
  func interprets(_ c: Case) throws {
    let wire = Array(c.wire.utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      let parsed = try #require(try parseRequest(wire, arrivals: arrivals).get())
      #expect(parsed.0 == c.expected)
    }
  }
}
