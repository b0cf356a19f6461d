import Bytes
import CodecTestSupport
import Configuration
import Testing

@testable import Proxy

@Suite("Which protocol a connection speaks")
struct ProtocolIdentifierTests {
  static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  static let withHTTP1 = ProtocolIdentifier(ListenerPlan(ListenerConfig()))
  static let withoutHTTP1: ProtocolIdentifier = {
    var config = ListenerConfig()
    config.http1 = nil
    return ProtocolIdentifier(ListenerPlan(config))
  }()

  struct Case: Sendable, CustomTestStringConvertible {
    let prefix: String
    /// With HTTP/1.1 on the listener, and without.
    let outcome: ProtocolIdentifier.Outcome
    let bare: ProtocolIdentifier.Outcome
    var testDescription: String { prefix.isEmpty ? "nothing" : prefix.debugDescription }

    static func http1(_ prefix: String) -> Self {
      Self(prefix: prefix, outcome: .chosen(.http1), bare: .nobody)
    }
    static func pending(_ prefix: String) -> Self {
      Self(prefix: prefix, outcome: .pending, bare: .pending)
    }
    static func http2(_ prefix: String) -> Self {
      Self(prefix: prefix, outcome: .chosen(.http2), bare: .chosen(.http2))
    }
  }

  static let cases: [Case] = [
    .pending(""), .pending("P"), .pending("PR"), .pending("PRI"), .pending("PRI "),
    .pending("PRI * HTTP/"), .pending("PRI * HTTP/2.0\r\n"), .pending("PRI * HTTP/2.0\r\n\r\n"),
    .http2(preface), .http2(preface + "\0\0\0\u{4}\0\0\0\0\0"), .http2(preface + preface),
    // A short request of an old version: nobody waits for octets that never come.
    .http1("GET / HTTP/1.0\r\n\r\n"), .http1("OPTIONS / HTTP/1.0\r\n\r\n"),
    .http1("G"), .http1("PO"), .http1("PU"), .http1("PATCH / HTTP/1.1\r\n"),
    .http1("PRI * HTTP/1.1\r\n"), .http1("PRI * HTTP/2.1\r\n"), .http1("PRI * HTTP/2.0\n"),
    .http1("PRI /"), .http1("PRI * HTTP/2.0\r\n\r\nSM\r\nx"), .http1("pri * HTTP/2.0\r\n"),
    .http1("PROPFIND / HTTP/1.1\r\n"), .http1("\r\nGET / HTTP/1.1\r\n"),
    // No protocol at all: HTTP/1.1 answers, so that the client is told.
    .http1("\u{16}\u{3}\u{1}"), .http1("\0"), .http1("PROXY TCP4 "), .http1(" "), .http1("\n"),
    .http1("SSH-2.0-x\r\n"),
  ]

  @Test("what has arrived decides as soon as it can", arguments: cases)
  func prefixes(_ c: Case) {
    #expect(c.prefix.withSpan { Self.withHTTP1.identify($0) } == c.outcome)
    #expect(c.prefix.withSpan { Self.withoutHTTP1.identify($0) } == c.bare)
  }

  @Test("the preface is HTTP/2 wherever it is cut", arguments: 1..<24)
  func cutPreface(at cut: Int) {
    let octets = Array(Self.preface.utf8)
    #expect(octets.count == 24)
    #expect(Array(octets[..<cut]).withSpan { Self.withHTTP1.identify($0) } == .pending)
    #expect(octets.withSpan { Self.withHTTP1.identify($0) } == .chosen(.http2))
  }

  @Test("the first octet that differs from the preface decides", arguments: 0..<24)
  func firstDifference(at index: Int) {
    var octets = Array(Array(Self.preface.utf8)[...index])
    for other in [octets[index] ^ 0x20, octets[index] &+ 1, 0, 0xFF] {
      octets[index] = other
      #expect(octets.withSpan { Self.withHTTP1.identify($0) } == .chosen(.http1))
      #expect(octets.withSpan { Self.withoutHTTP1.identify($0) } == .nobody)
    }
  }

  @Test("a decision stands, however much comes after it", arguments: cases)
  func monotony(_ c: Case) {
    let octets = Array(c.prefix.utf8) + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    for identifier in [Self.withHTTP1, Self.withoutHTTP1] {
      var decided: ProtocolIdentifier.Outcome?
      for count in 0...octets.count {
        let outcome = Array(octets[..<count]).withSpan { identifier.identify($0) }
        if let decided { #expect(outcome == decided, "after \(count) octets") }
        if outcome != .pending { decided = outcome }
      }
      #expect(decided != nil)
    }
  }
}
