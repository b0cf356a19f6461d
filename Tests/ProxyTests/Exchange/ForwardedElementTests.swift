import Proxy
import Testing

@Suite("Forwarded, RFC 7239")
struct ForwardedElementTests {
  struct Node: Sendable, CustomTestStringConvertible {
    let address: String
    var port: UInt16?
    let text: String
    var testDescription: String { text }
  }

  static let nodes: [Node] = [
    Node(address: "192.0.2.43", text: "192.0.2.43"),
    Node(address: "192.0.2.43", port: 47011, text: "\"192.0.2.43:47011\""),
    Node(address: "2001:db8:cafe::17", text: "\"[2001:db8:cafe::17]\""),
    Node(address: "2001:db8:cafe::17", port: 4711, text: "\"[2001:db8:cafe::17]:4711\""),
    Node(address: "", text: "unknown"),
    Node(address: "", port: 80, text: "unknown"),
  ]

  @Test("a node is quoted when it has a colon", arguments: nodes)
  func node(_ c: Node) {
    let address = octets(c.address)
    #expect(
      written { ForwardedElement.writeFor(address: address.span, port: c.port, into: &$0) }
        == "for=" + c.text)
    #expect(
      written { ForwardedElement.writeBy(address: address.span, port: c.port, into: &$0) }
        == "by=" + c.text)
  }

  @Test(
    "a value is quoted when it is no token",
    arguments: [
      ("shop.example", "shop.example"), ("shop.example:8080", "\"shop.example:8080\""),
      ("[::1]", "\"[::1]\""), ("", "\"\""), ("a\"b\\c", "\"a\\\"b\\\\c\""),
      ("a\r\nX: y", "\"aX: y\""), ("a;for=evil", "\"a;for=evil\""),
    ])
  func host(authority: String, text: String) {
    let value = octets(authority)
    #expect(written { ForwardedElement.writeHost(value.span, into: &$0) } == "host=" + text)
  }

  @Test("a scheme is a token")
  func proto() {
    #expect(
      written { ForwardedElement.writeProto(octets("https").span, into: &$0) } == "proto=https")
  }
}
