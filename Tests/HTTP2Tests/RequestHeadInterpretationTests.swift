import Bytes
import HTTP2
import HTTPSemantics
import Testing

/// The fields of a request, and what becomes of it.
struct RequestCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let fields: [(String, String)]
  let outcome: String
  var ends = true

  init(_ name: String, _ fields: [(String, String)], _ outcome: String, ends: Bool = true) {
    testDescription = name
    self.fields = fields
    self.outcome = outcome
    self.ends = ends
  }

  private static let get = Wire.request()

  private static func replacing(_ name: String, _ value: String) -> [(String, String)] {
    get.map { $0.0 == name ? (name, value) : $0 }
  }

  private static func without(_ name: String) -> [(String, String)] { get.filter { $0.0 != name } }

  private static func malformed(
    _ name: String, _ fields: [(String, String)], _ error: StreamError
  ) -> RequestCase {
    RequestCase(name, fields, "refused 1 \(error)")
  }

  static let names: [RequestCase] = [
    malformed("a letter in upper case", get + [("aB", "c")], .invalidName(0x42)),
    malformed("a known name in upper case", get + [("Host", "example.com")], .invalidName(0x48)),
    malformed("a space in a name", get + [("a b", "c")], .invalidName(0x20)),
    malformed("a colon in a name", get + [("a:b", "c")], .invalidName(0x3A)),
    malformed("NUL in a name", get + [("a\0", "c")], .invalidName(0)),
    malformed("CR LF in a name", get + [("a\r\nb", "c")], .invalidName(0x0D)),
    malformed("DEL in a name", get + [("a\u{7F}", "c")], .invalidName(0x7F)),
    malformed("obs-text in a name", get + [("a\u{E9}", "c")], .invalidName(0xE9)),
    malformed("an empty name", get + [("", "c")], .emptyName),
    malformed("LF in a value", get + [("a", "b\nc")], .invalidValue),
    malformed("CR in a value", get + [("a", "b\rc")], .invalidValue),
    malformed("NUL in a value", get + [("a", "b\0c")], .invalidValue),
    malformed("a control octet in a value", get + [("a", "b\u{1}")], .invalidValue),
    malformed("DEL in a value", get + [("a", "b\u{7F}c")], .invalidValue),
    malformed("a space before a value", get + [("a", " b")], .invalidValue),
    malformed("a tab after a value", get + [("a", "b\t")], .invalidValue),
    malformed("LF in a cookie", get + [("cookie", "a=b\nc")], .invalidValue),
    RequestCase(
      "tab and obs-text in a value", get + [("a", "b\tc\u{E9}")],
      "request 1 GET / example.com none a: b\tc\u{FFFD}"),
    RequestCase("an empty value", get + [("a", "")], "request 1 GET / example.com none a: "),
    RequestCase(
      "odd names are not forwarded", get + [("a_b", "c"), ("d.e", "f"), ("g", "h")],
      "request 1 GET / example.com none g: h"),
  ]

  static let connection: [RequestCase] = [
    malformed("connection", get + [("connection", "close")], .connectionField),
    malformed("keep-alive", get + [("keep-alive", "timeout=5")], .connectionField),
    malformed("proxy-connection", get + [("proxy-connection", "close")], .connectionField),
    malformed("transfer-encoding", get + [("transfer-encoding", "chunked")], .connectionField),
    malformed("upgrade", get + [("upgrade", "h2c")], .connectionField),
    malformed("te other than trailers", get + [("te", "gzip")], .invalidTE),
    malformed("te with trailers and more", get + [("te", "trailers, gzip")], .invalidTE),
    RequestCase(
      "te: trailers", get + [("te", "trailers")], "request 1 GET / example.com none"),
  ]

  static let pseudo: [RequestCase] = [
    malformed(
      "a pseudo-header field after a field", without(":path") + [("a", "b"), (":path", "/")],
      .latePseudoField),
    malformed("a second :path", get + [(":path", "/")], .duplicatePseudoField),
    malformed("a second :method", get + [(":method", "GET")], .duplicatePseudoField),
    malformed("a second :authority", get + [(":authority", "example.com")], .duplicatePseudoField),
    malformed("an unknown pseudo-header field", get + [(":a", "b")], .unknownPseudoField),
    malformed("a lone colon", get + [(":", "b")], .unknownPseudoField),
    malformed(":status in a request", get + [(":status", "200")], .misplacedPseudoField),
    malformed("no :method", without(":method"), .missingPseudoField),
    malformed("no :scheme", without(":scheme"), .missingPseudoField),
    malformed("no :path", without(":path"), .missingPseudoField),
    malformed("an empty :path", replacing(":path", ""), .missingPseudoField),
    malformed("an empty :scheme", replacing(":scheme", ""), .missingPseudoField),
    malformed("an empty :method", replacing(":method", ""), .invalidMethod),
    malformed("a space in :method", replacing(":method", "GET /"), .invalidMethod),
    malformed(
      "a line in :method", replacing(":method", "GET / HTTP/1.1\r\nA:b"), .invalidValue),
    malformed("a line in :path", replacing(":path", "/ HTTP/1.1\r\nA: b"), .invalidValue),
    malformed("NUL in :authority", replacing(":authority", "a\0"), .invalidValue),
    malformed("LF in :scheme", replacing(":scheme", "http\n"), .invalidValue),
    malformed("an absolute URI in :path", replacing(":path", "http://a/"), .invalidPath),
    malformed("a :path without a slash", replacing(":path", "a"), .invalidPath),
    malformed("an asterisk for GET", replacing(":path", "*"), .invalidPath),
    malformed("CONNECT with :path", replacing(":method", "CONNECT"), .invalidConnect),
    malformed("CONNECT without :authority", [(":method", "CONNECT")], .missingPseudoField),
    malformed(
      ":protocol that was not announced",
      replacing(":method", "CONNECT") + [(":protocol", "websocket")], .invalidConnect),
    RequestCase(
      "an asterisk for OPTIONS", Wire.request("OPTIONS", path: "*"),
      "request 1 OPTIONS * example.com none"),
    RequestCase(
      "path and query", replacing(":path", "/a/b?c=d"), "request 1 GET /a/b?c=d example.com none"),
  ]

  static let refused: [RequestCase] = [
    RequestCase(
      "CONNECT", [(":method", "CONNECT"), (":authority", "a:443")],
      "request 1 CONNECT  a:443 none ! methodNotAllowed"),
    RequestCase(
      "TRACE", replacing(":method", "TRACE"),
      "request 1 TRACE / example.com none ! methodNotAllowed"),
    RequestCase(
      "a method of 33 octets", replacing(":method", String(repeating: "A", count: 33)),
      "request 1 \(String(repeating: "A", count: 33)) / example.com none ! methodTooLong"),
    RequestCase(
      "a space in :path", replacing(":path", "/a b"),
      "request 1 GET /a b example.com none ! invalidTarget(32)"),
    RequestCase(
      "a fragment in :path", replacing(":path", "/a?b#c"),
      "request 1 GET /a?b#c example.com none ! invalidTarget(35)"),
    RequestCase(
      "obs-text in :path", replacing(":path", "/\u{E9}"),
      "request 1 GET /\u{FFFD} example.com none ! invalidTarget(233)"),
    RequestCase(
      "another scheme", replacing(":scheme", "ftp"), "request 1 GET /  none ! unsupportedScheme"),
    RequestCase(
      "a scheme with more behind it", replacing(":scheme", "http://a/?"),
      "request 1 GET /  none ! unsupportedScheme"),
    RequestCase(
      "userinfo", replacing(":authority", "user@a"),
      "request 1 GET /  none ! authority(HTTPSemantics.AuthorityError.userinfo)"),
    RequestCase(
      "an empty :authority", replacing(":authority", ""),
      "request 1 GET /  none ! authority(HTTPSemantics.AuthorityError.emptyHost)"),
    RequestCase(
      "neither :authority nor host", without(":authority"),
      "request 1 GET /  none ! missingAuthority"),
    RequestCase(
      "host that differs", get + [("host", "other")],
      "request 1 GET / example.com none host: other ! hostMismatch"),
    RequestCase(
      "host twice", get + [("host", "example.com"), ("host", "example.com")],
      "request 1 GET /  none host: example.com host: example.com ! duplicateHost"),
    RequestCase(
      "host that is the same", get + [("host", "EXAMPLE.com:80")],
      "request 1 GET / example.com none host: EXAMPLE.com:80"),
    RequestCase(
      "host alone", without(":authority") + [("host", "a:8080")],
      "request 1 GET / a:8080 none host: a:8080"),
    RequestCase(
      "another expectation", get + [("expect", "tea")],
      "request 1 GET / example.com none expect: tea ! unsupportedExpectation"),
  ]

  static let framing: [RequestCase] = [
    RequestCase(
      "no content-length", Wire.request("POST"),
      "request 1 POST / example.com chunked", ends: false),
    RequestCase(
      "content-length", Wire.request("POST") + [("content-length", "007")],
      "request 1 POST / example.com length(7) content-length: 007", ends: false),
    RequestCase(
      "content-length 0 and the end", get + [("content-length", "0")],
      "request 1 GET / example.com none content-length: 0"),
    malformed(
      "content-length and the end", get + [("content-length", "1")],
      .contentLengthMismatch),
    malformed(
      "content-length twice", get + [("content-length", "0"), ("content-length", "0")],
      .duplicateContentLength),
    malformed(
      "content-length with a sign", get + [("content-length", "+1")], .invalidContentLength),
    malformed("an empty content-length", get + [("content-length", "")], .invalidContentLength),
    malformed(
      "a list as content-length", get + [("content-length", "1, 1")], .invalidContentLength),
    malformed(
      "content-length of 2^63", get + [("content-length", "9223372036854775808")],
      .invalidContentLength),
  ]
}

@Suite("Requests, RFC 9113 §8.2 and §8.3")
struct RequestHeadInterpretationTests {
  @Test(
    "a request is served, answered with an error, or refused",
    arguments: [
      RequestCase.names, RequestCase.connection, RequestCase.pseudo, RequestCase.refused,
      RequestCase.framing,
    ].flatMap { $0 })
  func outcome(_ request: RequestCase) {
    for size in [1, 2, 3, 7, .max] {
      let rig = Rig.started()
      rig.receive(Wire.headers(1, request.fields, ends: request.ends), inPiecesOf: size)
      #expect(rig.events.first == request.outcome)
      let isRefused = request.outcome.hasPrefix("refused")
      #expect(rig.sent() == (isRefused ? ["RST_STREAM 1 1"] : []))
      #expect(rig.events.last == (isRefused || !request.ends ? request.outcome : "end 1"))
      // The table is kept in step, and the connection goes on.
      rig.receive(Wire.get(3))
      #expect(rig.events.last == "end 3")
    }
  }

  @Test(
    "the same becomes of a request whose fields come by their indices",
    arguments: [
      RequestCase.names, RequestCase.connection, RequestCase.pseudo, RequestCase.refused,
      RequestCase.framing,
    ].flatMap { $0 })
  func indexed(_ request: RequestCase) {
    let flags = Wire.endHeaders | (request.ends ? Wire.endStream : 0)
    let rig = Rig.started()
    rig.receive(Wire.frame(1, flags: flags, stream: 1, Wire.block(request.fields, indexing: true)))
    #expect(rig.events.first == request.outcome)
    rig.forget()
    rig.receive(Wire.frame(1, flags: flags, stream: 3, Wire.indices(ofLast: request.fields.count)))
    let words = request.outcome.split(separator: " ", maxSplits: 2)
    #expect(rig.events.first == "\(words[0]) 3 \(words[2])")
  }

  @Test(
    "a problem says the status of its answer",
    arguments: [
      (RequestProblem.methodNotAllowed, 405), (.methodTooLong, 400), (.targetTooLong, 414),
      (.invalidTarget(0x23), 400), (.unsupportedScheme, 400), (.missingAuthority, 400),
      (.duplicateHost, 400), (.hostMismatch, 400), (.authority(.userinfo), 400),
      (.unsupportedExpectation, 417), (.headTooLarge, 431),
    ] as [(RequestProblem, UInt16)])
  func status(_ problem: RequestProblem, _ status: UInt16) {
    #expect(problem.status.rawValue == status)
    #expect(!problem.reason.description.isEmpty)
  }

  @Test("a target past the limit is answered 414")
  func targetTooLong() {
    var limits = HTTP2Limits()
    limits.maxTarget = 10
    let rig = Rig.started(limits: limits)
    rig.receive(Wire.headers(1, Wire.request(path: "/123456789")))
    rig.receive(Wire.headers(3, Wire.request(path: "/1234567890")))
    #expect(rig.events[0] == "request 1 GET /123456789 example.com none")
    #expect(rig.events[2] == "request 3 GET /1234567890 example.com none ! targetTooLong")
  }

  @Test("extended CONNECT is served where it was announced, RFC 8441")
  func extendedConnect() {
    var settings = HTTP2Settings.server
    settings.enablesConnectProtocol = true
    let connect = Wire.request("CONNECT") + [(":protocol", "websocket")]
    let rig = Rig.started(settings: settings)
    rig.receive(Wire.headers(1, connect, ends: false))
    #expect(rig.events == ["request 1 CONNECT / example.com chunked"])
    #expect(
      rig.connection.headOctets.array[rig.connection.requestHead.connectProtocol] == "websocket")
    rig.receive(Wire.headers(3, Wire.request("GET") + [(":protocol", "websocket")]))
    rig.receive(Wire.headers(5, connect.filter { $0.0 != ":path" }))
    #expect(
      rig.events.suffix(2) == ["refused 3 invalidConnect", "refused 5 missingPseudoField"])
  }

  @Test("the head says what the request is about")
  func head() {
    let rig = Rig.started()
    rig.receive(
      Wire.headers(
        1,
        Wire.request("PUT", path: "/a/../b%41?c") + [
          ("expect", "100-continue"), ("te", "trailers"), ("content-length", "3"),
          ("priority", "u=1, i"),
        ], ends: false))
    let head = rig.connection.requestHead
    let octets = rig.connection.headOctets.array
    #expect(head.method == .put)
    #expect(octets[head.path] == "/a/../b%41")
    #expect(octets[head.query] == "?c")
    #expect(head.pathNeedsNormalizing)
    #expect(octets[head.host] == "example.com")
    #expect(head.port == nil)
    #expect(head.expectsContinue && head.acceptsTrailers)
    #expect(head.minorVersion == 1)
    if let slot = rig.slots[1] {
      #expect(rig.connection.priority(of: slot) == StreamPriority(urgency: 1, isIncremental: true))
    }
  }
}
