import HTTP1
import HTTPSemantics
import Testing

@Suite("Response heads, RFC 9112 §4 and §6.3")
struct ResponseHeadParserTests {
  /// One head, the request that it answers, and what it must be read as however it is cut up.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let method: Method
    let wire: String
    let expected: ResponseSummary
    var testDescription: String { name }

    init(
      _ name: String, _ wire: String, to method: Method = .get,
      _ change: (inout ResponseSummary) -> Void = { _ in }
    ) {
      (self.name, self.method, self.wire) = (name, method, wire)
      expected = ResponseSummary(change)
    }

    /// A response that says only its framing.
    static func framing(
      _ name: String, status: UInt16 = 200, _ field: String, to method: Method = .get,
      _ framing: MessageFraming
    ) -> Case {
      let isHopByHop = field.hasPrefix("Transfer")
      return Case(name, "HTTP/1.1 \(status) OK\r\n\(field)\r\n\r\n", to: method) {
        ($0.status, $0.framing, $0.isPersistent) = (status, framing, framing != .untilClose)
        $0.fields = [(isHopByHop ? "- " : "") + field]
      }
    }
  }

  static let lines: [Case] = [
    Case("the shortest", "HTTP/1.1 200 OK\r\n\r\n"),
    Case("an empty reason phrase", "HTTP/1.1 200 \r\n\r\n") { $0.reason = "" },
    Case("no space after the status", "HTTP/1.1 200\r\n\r\n") { $0.reason = "" },
    Case("a long reason phrase", "HTTP/1.1 200 It\tis  \u{e9}!\r\n\r\n") {
      $0.reason = "It\tis  \u{e9}!"
    },
    Case("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n") { $0.minorVersion = 0 },
    Case("HTTP/1.3 is HTTP/1.1", "HTTP/1.3 200 OK\r\n\r\n"),
    Case("the largest status", "HTTP/1.1 599 OK\r\n\r\n") { $0.status = 599 },
    Case("fields and an odd name", "HTTP/1.1 200 OK\r\nA: b\r\nC_d: e\r\n\r\n") {
      $0.fields = ["A: b", "- C_d: e"]
    },
  ]

  static let framing: [Case] = [
    .framing("Content-Length", "Content-Length: 007", .length(7)),
    .framing("a length of 0", "Content-Length: 0", .length(0)),
    .framing("chunked", "Transfer-Encoding: Chunked", .chunked),
    .framing("neither: until the connection closes", "A: b", .untilClose),
    .framing("no content on HEAD", "Content-Length: 7", to: .head, .none),
    .framing("no chunks on HEAD", "Transfer-Encoding: chunked", to: .head, .none),
    .framing("no content in 204", status: 204, "Content-Length: 7", .none),
    .framing("no content in 304", status: 304, "Content-Length: 7", .none),
    .framing("no content in 304, chunked", status: 304, "Transfer-Encoding: chunked", .none),
    .framing("no content in 100", status: 100, "A: b", .none),
    .framing("no content in 101", status: 101, "Content-Length: 7", .none),
    .framing("no content in 199", status: 199, "A: b", .none),
    .framing("content in 205", status: 205, "Content-Length: 7", .length(7)),
  ]

  static let connection: [Case] = [
    Case("close", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") {
      $0.framing = .length(0)
      $0.fields = ["Content-Length: 0", "- Connection: close"]
    },
    Case("HTTP/1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") {
      ($0.minorVersion, $0.framing) = (0, .length(0))
      $0.fields = ["Content-Length: 0"]
    },
    Case(
      "HTTP/1.0 keeps alive, and says how long",
      "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, X-A\r\nX-A: b\r\nKeep-Alive: max=5, Timeout=30\r\n\r\n"
    ) {
      ($0.minorVersion, $0.framing, $0.isPersistent) = (0, .length(0), true)
      $0.keepAliveTimeoutSeconds = 30
      $0.fields = [
        "Content-Length: 0", "- Connection: keep-alive, X-A", "- X-A: b",
        "- Keep-Alive: max=5, Timeout=30",
      ]
    },
    Case("a timeout past all bounds", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=99999999999\r\n\r\n")
    {
      $0.keepAliveTimeoutSeconds = .max
      $0.fields = ["- Keep-Alive: timeout=99999999999"]
    },
    Case("a timeout that is none", "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=-1, timeout\r\n\r\n") {
      $0.fields = ["- Keep-Alive: timeout=-1, timeout"]
    },
    Case("an upgrade", "HTTP/1.1 101 OK\r\nUpgrade: a\r\nConnection: b, upgrade\r\n\r\n") {
      ($0.status, $0.framing, $0.isPersistent, $0.upgradeNamed) = (101, .none, true, true)
      $0.fields = ["- Upgrade: a", "- Connection: b, upgrade"]
    },
    Case("an upgrade that Connection does not name", "HTTP/1.1 101 OK\r\nUpgrade: a\r\n\r\n") {
      ($0.status, $0.framing, $0.isPersistent) = (101, .none, true)
      $0.fields = ["- Upgrade: a"]
    },
  ]

  @Test("are read the same however they are cut", arguments: lines + framing + connection)
  func reads(_ c: Case) throws {
    let head = Array(c.wire.utf8)
    for rest in ["", "\r\nHTTP"] {
      let wire = head + Array(rest.utf8)
      for arrivals in Pieces.deliveries(of: wire.count) {
        let parsed = try #require(try parseResponse(wire, to: c.method, arrivals: arrivals).get())
        #expect(parsed.0 == c.expected, "\(arrivals)")
        #expect(parsed.length == head.count)
      }
    }
    for count in 0..<head.count {
      #expect(try parseResponse(head, to: c.method, arrivals: Array(0...count)).get() == nil)
    }
  }

  @Test("one parser and one head serve response after response, also after an error")
  func reuse() throws {
    var parser = ResponseHeadParser(limits: .response)
    var head = ResponseHead()
    let cases = Self.lines + Self.framing + Self.connection
    for c in cases + cases.reversed() {
      let wire = Array(c.wire.utf8)
      #expect(try parser.parse(wire.span, requestMethod: c.method, into: &head))
      #expect(ResponseSummary(head, of: wire) == c.expected)
      let broken = Array("HTTP/1.1 200 OK\r\nX : y\r\n".utf8)
      #expect(throws: ResponseError.self) {
        _ = try parser.parse(broken.span, requestMethod: .get, into: &head)
      }
      let begun = Array("HTTP/1.1 200 OK\r\nHost: a".utf8)
      #expect(try !parser.parse(begun.span, requestMethod: .get, into: &head))
      parser.reset()
    }
  }
}
