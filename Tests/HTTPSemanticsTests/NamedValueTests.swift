import Bytes
import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("Values by name")
struct NamedValueTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let value: String?
    var testDescription: String { text }

    init(_ text: String, _ value: String?) { (self.text, self.value) = (text, value) }
  }

  static let cookies: [Case] = [
    Case("sid=1", "1"), Case("a=b; sid=1", "1"), Case("a=b;sid=1;c=d", "1"),
    Case("sid=", ""), Case("sid=1; sid=2", "1"), Case("sid=\"1 2\"", "1 2"), Case("sid=\"", "\""),
    Case(" \tsid=1 ; x=y", "1"), Case("sid=a=b", "a=b"), Case("xsid=1", nil), Case("sidx=1", nil),
    Case("SID=1", nil), Case("sid", nil), Case("", nil), Case(";;", nil), Case("; ;sid=1", "1"),
    Case("x=sid=1", nil),
  ]

  @Test("of cookies", arguments: cookies)
  func cookie(_ c: Case) { #expect(find(c.text) { NamedValue.cookie($0, in: $1) } == c.value) }

  static let parameters: [Case] = [
    Case("?sid=1", "1"), Case("sid=1", "1"), Case("?a=b&sid=1&c=d", "1"), Case("?sid=", ""),
    Case("?sid=1&sid=2", "1"), Case("?sid=%20a", "%20a"), Case("?sid=a=b;c", "a=b;c"),
    Case("?xsid=1", nil), Case("?sid", nil), Case("?", nil), Case("", nil), Case("?&&sid=1", "1"),
    Case("? sid=1", nil), Case("?a=sid=1", nil),
  ]

  @Test("of a query's parameters", arguments: parameters)
  func parameter(_ c: Case) {
    #expect(find(c.text) { NamedValue.parameter($0, in: $1) } == c.value)
  }

  @Test("cut anywhere, there is a part of the value or nothing", arguments: cookies + parameters)
  func cuts(_ c: Case) {
    let octets = Array(c.text.utf8)
    for end in octets.indices {
      let text = String(decoding: octets[..<end], as: UTF8.self)
      for value in [
        find(text, { NamedValue.cookie($0, in: $1) }),
        find(text, { NamedValue.parameter($0, in: $1) }),
      ] { #expect(value.map { text.contains($0) } ?? true) }
    }
  }

  private func find(
    _ text: String, _ search: (Span<UInt8>, Span<UInt8>) -> ByteRange?
  ) -> String? {
    let (name, octets) = (Array("sid".utf8), Array(text.utf8))
    return search(name.span, octets.span).map {
      String(decoding: octets[$0.range], as: UTF8.self)
    }
  }
}
