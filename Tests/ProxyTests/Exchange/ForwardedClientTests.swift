import Addressing
import Bytes
import HTTP1
import HTTPSemantics
import Testing

@testable import Proxy

@Suite("Whom a request comes from, by the word of trusted proxies")
struct ForwardedClientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let fields: [String]
    let client: String?
    var testDescription: String { "\(fields)" }
  }

  static let cases: [Case] = [
    Case(fields: [], client: nil),
    Case(fields: [""], client: nil),
    Case(fields: ["192.0.2.1"], client: "192.0.2.1"),
    Case(fields: ["1.1.1.1, 192.0.2.1"], client: "192.0.2.1"),
    Case(fields: ["1.1.1.1", "192.0.2.1"], client: "192.0.2.1"),
    Case(fields: ["1.1.1.1, 192.0.2.1,10.0.0.7 ,\t10.1.2.3"], client: "192.0.2.1"),
    Case(fields: ["192.0.2.1, 10.0.0.7", "10.1.2.3", ",, "], client: "192.0.2.1"),
    Case(fields: ["10.0.0.7, 10.1.2.3"], client: "10.0.0.7"),
    Case(fields: ["192.0.2.1, unknown"], client: nil),
    Case(fields: ["192.0.2.1, unknown, 10.1.2.3"], client: "10.1.2.3"),
    Case(fields: ["192.0.2.1:4711"], client: "192.0.2.1"),
    Case(fields: ["2001:db8::1"], client: "2001:db8::1"),
    Case(fields: ["[2001:db8::1]:4711, 10.0.0.1:80"], client: "2001:db8::1"),
    Case(fields: ["[2001:db8::1"], client: nil),
    Case(fields: ["["], client: nil),
    Case(fields: ["1.2.3.4.5"], client: nil),
    Case(fields: [":80"], client: nil),
  ]

  @Test("the last address that is no trusted proxy's", arguments: cases)
  func table(_ c: Case) throws {
    let lines = c.fields.map { "X-Forwarded-For: \($0)\r\n" }.joined()
    let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    let isWhole = try parser.parse(bytes.span, into: &head)
    #expect(isWhole)
    let proxies = [try CIDRBlock(parsing: "10.0.0.0/8")]
    let found = ForwardedClient.address(in: head.fields, bytes.span, trusting: proxies)
    #expect(found?.description == c.client)
  }
}
