import TLS
import Testing

@Suite("Which certificate a client gets")
struct CertificateSelectionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    /// Names of the certificate that comes.
    let expected: [String]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "a.example", expected: ["a.example", "a2.example"]),
    Case(name: "A2.Example", expected: ["a.example", "a2.example"]),
    Case(name: "x.wild.example", expected: ["*.wild.example"]),
    Case(name: "exact.wild.example", expected: ["exact.wild.example"]),
    // One label only, and not the bare domain.
    Case(name: "x.y.wild.example", expected: ["a.example", "a2.example"]),
    Case(name: "wild.example", expected: ["a.example", "a2.example"]),
    Case(name: "unknown.example", expected: ["a.example", "a2.example"]),
  ]

  @Test("is decided by its exact name, then by a wildcard, else it is the first", arguments: cases)
  func goesByName(_ example: Case) throws {
    let root = try TestAuthority.root()
    let server = try serverContext(
      root.pair("a.example", "a2.example"), root.pair("*.wild.example"),
      root.pair("exact.wild.example"))
    let client = try clientContext(trusting: root) { $0.trust = .anybody }
    let link = try Link(server, client, name: .host(example.name))
    #expect(link.handshake() == .done)
    #expect(link.client.peerCertificate?.hostNames == example.expected)
  }

  @Test("is the first when it names nobody, also where unknown names are refused")
  func goesWithoutName() throws {
    let root = try TestAuthority.root()
    let server = try serverContext(root.pair("a.example"), root.pair("b.example")) {
      $0.unknownName = .refuse
    }
    let client = try clientContext(trusting: root) { $0.trust = .anybody }
    let link = try Link(server, client, name: .address("127.0.0.1"))
    #expect(link.handshake() == .done)
    #expect(link.client.peerCertificate?.hostNames == ["a.example"])
    #expect(link.server.serverName == nil)
  }

  @Test("is of the kind of key that the client can check", arguments: [true, false])
  func goesByKey(_ wantsECDSA: Bool) throws {
    let root = try TestAuthority.root()
    let server = try serverContext(
      root.pair("a.example", kind: .rsa), root.pair("a.example", kind: .ecdsa))
    let client = try clientContext(trusting: root) {
      $0.parameters.maxVersion = .v12
      $0.parameters.ciphers = "ECDHE-\(wantsECDSA ? "ECDSA" : "RSA")-AES128-GCM-SHA256"
    }
    let link = try Link(server, client)
    #expect(link.handshake() == .done)
    let kind = try #require(link.client.peerCertificate?.keyKind)
    #expect(kind == (wantsECDSA ? .ecdsa(curve: "prime256v1", bits: 256) : .rsa(bits: 2048)))
  }

  struct Authority: CustomTestStringConvertible, Sendable {
    let name: String
    let asked: String
    let covered: Bool
    var testDescription: String { "\(asked) for \(name)" }
  }

  static let authorities = [
    Authority(name: "a.example", asked: "a.example", covered: true),
    Authority(name: "a.example", asked: "A.EXAMPLE.", covered: true),
    // The same certificate: browsers come with both over one connection.
    Authority(name: "a.example", asked: "a2.example", covered: true),
    Authority(name: "a.example", asked: "b.example", covered: false),
    Authority(name: "a.example", asked: "any.b.example", covered: false),
    Authority(name: "b.example", asked: "any.b.example", covered: true),
    Authority(name: "b.example", asked: "other.b.example", covered: true),
    Authority(name: "b.example", asked: "a.example", covered: false),
    // Nobody's name gets the first certificate, so a connection with that one is right for it.
    Authority(name: "a.example", asked: "127.0.0.1", covered: true),
    Authority(name: "b.example", asked: "127.0.0.1", covered: false),
  ]

  @Test("covers what requests over the connection may be for", arguments: authorities)
  func covers(_ example: Authority) throws {
    let root = try TestAuthority.root()
    let server = try serverContext(
      root.pair("a.example", "a2.example"), root.pair("b.example", "*.b.example"))
    let client = try clientContext(trusting: root)
    let link = try Link(server, client, name: .host(example.name))
    #expect(link.handshake() == .done)
    let asked = Array(example.asked.utf8)
    let isCovered = link.server.covers(asked.span)
    #expect(isCovered == example.covered)
  }

  @Test("comes with the word of its authority while that is valid")
  func staples() throws {
    let root = try TestAuthority.root()
    let leaf = try root.issue(TestAuthority.request(["a.example"]))
    for (lifetime, isSent) in [(86400, true), (-60, false)] {
      var pair = leaf.pair
      let staple = root.response(for: leaf.certificate, lifetime: lifetime)
      pair.staple = staple
      let link = try Link(
        try serverContext(pair), try clientContext(trusting: root) { $0.asksForStaple = true })
      #expect(link.handshake() == .done)
      #expect(link.client.stapledResponse == (isSent ? staple : nil))
    }
  }
}
