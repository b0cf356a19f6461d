import Bytes
import CodecTestSupport
import HTTP1
import HTTPSemantics
import Testing

@Suite("Request heads, RFC 9112 §3 and §5")
struct RequestHeadParserTests {
  /// One head, and what it must be read as however it is cut up.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let wire: String
    let expected: RequestSummary
    var testDescription: String { name }

    init(_ name: String, _ wire: String, _ change: (inout RequestSummary) -> Void = { _ in }) {
      self.name = name
      self.wire = wire
      expected = RequestSummary(change)
    }
  }

  static let cases: [Case] = [
    Case("the shortest", "GET / HTTP/1.1\r\nHost:a\r\n\r\n"),
    Case("whitespace around a value is no part of it", "GET / HTTP/1.1\r\nHost: \t a\t \r\n\r\n"),
    Case("up to two empty lines before it", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case("a method without rules", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n") { $0.method = "BREW" },
    Case(
      "a method of 32 octets", "\(String(repeating: "M", count: 32)) / HTTP/1.1\r\nHost: a\r\n\r\n"
    ) { $0.method = String(repeating: "M", count: 32) },
    Case("path and query", "GET /p/q?r=/..%zz?\\s HTTP/1.1\r\nHost: a\r\n\r\n") {
      $0.target = "/p/q?r=/..%zz?\\s"
      $0.path = "/p/q"
      $0.query = "?r=/..%zz?\\s"
    },
    Case("a path to be normalised for its escapes", "GET /%61?b HTTP/1.1\r\nHost: a\r\n\r\n") {
      ($0.target, $0.path, $0.query) = ("/%61?b", "/%61", "?b")
      $0.pathNeedsNormalizing = true
    },
    Case("a path to be normalised for its dots", "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n") {
      ($0.target, $0.path) = ("/a/../b", "/a/../b")
      $0.pathNeedsNormalizing = true
    },
    Case("a path with a backslash", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n") {
      ($0.target, $0.path) = ("/a\\b", "/a\\b")
      $0.pathNeedsNormalizing = true
    },
    Case("dots that are no dot segment", "GET /a.b/c.. HTTP/1.1\r\nHost: a\r\n\r\n") {
      ($0.target, $0.path) = ("/a.b/c..", "/a.b/c..")
    },
    Case("octets that browsers send raw", "GET /{|}^`\"<> HTTP/1.1\r\nHost: a\r\n\r\n") {
      ($0.target, $0.path) = ("/{|}^`\"<>", "/{|}^`\"<>")
    },
    Case("absolute-form", "GET http://b.c:81/d?e HTTP/1.1\r\nHost: b.c:81\r\n\r\n") {
      $0.form = .absolute
      ($0.target, $0.path, $0.query) = ("http://b.c:81/d?e", "/d", "?e")
      ($0.authority, $0.host, $0.port) = ("b.c:81", "b.c", 81)
      $0.fields = ["Host: b.c:81"]
    },
    Case("absolute-form without a path", "GET HTTP://a?q=/ HTTP/1.1\r\nHost: A:80\r\n\r\n") {
      $0.form = .absolute
      ($0.target, $0.path, $0.query) = ("HTTP://a?q=/", "", "?q=/")
      $0.fields = ["Host: A:80"]
    },
    Case(
      "absolute-form with a path to normalise", "GET https://a/%41 HTTP/1.1\r\nHost: a:443\r\n\r\n"
    ) {
      $0.form = .absolute
      ($0.target, $0.path) = ("https://a/%41", "/%41")
      $0.pathNeedsNormalizing = true
      $0.fields = ["Host: a:443"]
    },
    Case("absolute-form from HTTP/1.0 without Host", "GET http://a/ HTTP/1.0\r\n\r\n") {
      $0.form = .absolute
      $0.target = "http://a/"
      ($0.minorVersion, $0.isPersistent, $0.fields) = (0, false, [])
    },
    Case("asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") {
      $0.form = .asterisk
      ($0.method, $0.target, $0.path) = ("OPTIONS", "*", "")
    },
    Case("a host with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n") {
      ($0.authority, $0.host, $0.port) = ("[::1]:8080", "[::1]", 8080)
      $0.fields = ["Host: [::1]:8080"]
    },
    Case("HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n") {
      ($0.minorVersion, $0.isPersistent, $0.fields) = (0, false, [])
      ($0.authority, $0.host) = ("", "")
    },
    Case("HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n")
    {
      $0.minorVersion = 0
      $0.fields += ["- Connection: Keep-Alive"]
    },
    Case("HTTP/1.9 is HTTP/1.1", "GET / HTTP/1.9\r\nHost: a\r\n\r\n"),
    Case(
      "any octet but controls in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{e9}\t\"\\~\r\n\r\n"
    ) {
      $0.fields += ["X: \u{e9}\t\"\\~"]
    },
    Case("an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\n\r\n") {
      $0.fields += ["X: ", "Y: "]
    },
    Case("every tchar in a name", "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-^`|~09: x\r\n\r\n") {
      $0.fields += ["!#$%&'*+-^`|~09: x"]
    },
    Case(
      "odd names are dropped",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: x\r\nA.b: c\r\n\r\n"
    ) {
      $0.method = "POST"
      $0.fields += ["- Transfer_Encoding: x", "- A.b: c"]
    },
  ]

  @Test("are read the same however they are cut", arguments: cases)
  func reads(_ c: Case) throws {
    // What follows the head is no part of it.
    let head = Array(c.wire.utf8)
    for rest in ["", "\r\n\r\nGET"] {
      let wire = head + Array(rest.utf8)
      for arrivals in Pieces.deliveries(of: wire.count) {
        let parsed = try #require(try parseRequest(wire, arrivals: arrivals).get())
        #expect(parsed.0 == c.expected, "\(arrivals)")
        #expect(parsed.length == head.count)
      }
    }
  }

  @Test("are incomplete until their last octet has come", arguments: cases)
  func needsAll(_ c: Case) throws {
    let wire = Array(c.wire.utf8)
    for count in 0..<wire.count {
      #expect(try parseRequest(wire, arrivals: Array(0...count)).get() == nil)
    }
  }

  @Test("one parser and one head serve request after request, also after an error")
  func reuse() throws {
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    for c in Self.cases + Self.cases.reversed() {
      let wire = Array(c.wire.utf8)
      #expect(try parser.parse(wire.span, into: &head))
      #expect(RequestSummary(head, of: wire) == c.expected)
      let broken = Array("GET / HTTP/1.1\r\nX : y\r\n".utf8)
      #expect(throws: RequestError.self) { _ = try parser.parse(broken.span, into: &head) }
      let begun = Array("GET / HTTP/1.1\r\nHost: a".utf8)
      #expect(try !parser.parse(begun.span, into: &head))
      parser.reset()
    }
  }

  @Test("odd names are kept or refused as the limits say")
  func oddNames() throws {
    let wire = Array("GET / HTTP/1.1\r\nHost: a\r\nA_b: c\r\n\r\n".utf8)
    var limits = HeadLimits()
    limits.oddNames = .keep
    for arrivals in Pieces.deliveries(of: wire.count) {
      let parsed = try #require(try parseRequest(wire, arrivals: arrivals, limits: limits).get())
      #expect(parsed.0.fields == ["Host: a", "A_b: c"])
    }
    limits.oddNames = .reject
    for arrivals in Pieces.deliveries(of: wire.count) {
      #expect(throws: RequestError.field(.oddName)) {
        try parseRequest(wire, arrivals: arrivals, limits: limits).get()
      }
    }
  }

  @Test("a head that is refused has no ranges of the head before it")
  func nothingIsLeftOver() throws {
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    let first = Array("HEAD /long/target?and=query HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    #expect(try parser.parse(first.span, into: &head))
    let second = Array("@\r\n".utf8)
    #expect(throws: RequestError.self) { try parser.parse(second.span, into: &head) }
    #expect(head.method == .other)
    for range in [head.methodBytes, head.target, head.path, head.query, head.authority] {
      #expect(range.isEmpty)
    }
  }
}
