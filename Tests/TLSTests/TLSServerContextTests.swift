import TLS
import Testing

@Suite("Settings of a server")
struct TLSServerContextTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout TLSServerSettings) throws -> Void
    let expected: TLSSetupError
  }

  static let text = Array("nothing of the kind".utf8)

  static let cases = [
    Case(
      testDescription: "no certificate", change: { $0.certificates = [] },
      expected: TLSSetupError(.chain(0), "no certificate")),
    Case(
      testDescription: "a chain without a certificate",
      change: { $0.certificates[1].chain = text },
      expected: TLSSetupError(.chain(1), "no certificate in PEM form")),
    Case(
      testDescription: "a certificate that is cut",
      change: { settings in
        let pem = settings.certificates[0].chain
        settings.certificates[0].chain = Array(pem.prefix(pem.count / 2))
      },
      expected: TLSSetupError(.chain(0), "unreadable certificate: bad end line")),
    Case(
      testDescription: "a key file without a key", change: { $0.certificates[1].key = text },
      expected: TLSSetupError(.key(1), "no private key in PEM form")),
    Case(
      testDescription: "an empty key file", change: { $0.certificates[1].key = [] },
      expected: TLSSetupError(.key(1), "no private key in PEM form")),
    Case(
      testDescription: "a key of another certificate",
      change: { $0.certificates[1].key = $0.certificates[0].key },
      expected: TLSSetupError(.key(1), "the private key does not fit the certificate")),
    Case(
      testDescription: "a staple that is none", change: { $0.certificates[0].staple = text },
      expected: TLSSetupError(.staple(0), "not an OCSP response in DER form")),
    Case(
      testDescription: "authorities that are none",
      change: { $0.clients = TLSClientPolicy(.require, authorities: text) },
      expected: TLSSetupError(.authorities, "no certificate in PEM form")),
    Case(
      testDescription: "revocations that are none",
      change: {
        $0.clients = TLSClientPolicy(
          .require, authorities: $0.certificates[0].chain, revocations: text)
      },
      expected: TLSSetupError(.revocations, "no revocation list in PEM form")),
    Case(
      testDescription: "ciphers that are none", change: { $0.parameters.ciphers = "GUM" },
      expected: TLSSetupError(.ciphers, "no cipher match")),
    Case(
      testDescription: "cipher suites that are none",
      change: { $0.parameters.cipherSuites = "TLS_GUM" },
      expected: TLSSetupError(.cipherSuites, "no cipher match")),
    Case(
      testDescription: "groups that are none", change: { $0.parameters.groups = "X25519:GUM" },
      expected: TLSSetupError(.groups, "passed invalid argument")),
  ]

  @Test("are refused with the part that is wrong, and why", arguments: cases)
  func refuses(_ example: Case) throws {
    let root = try TestAuthority.root()
    var settings = TLSServerSettings(
      certificates: [try root.pair("a.example"), try root.pair("b.example")])
    try example.change(&settings)
    #expect(throws: example.expected) { try TLSServerContext(settings) }
  }

  @Test("are refused with the staple of another certificate, or one that says it is revoked")
  func refusesStaples() throws {
    let root = try TestAuthority.root()
    let leaf = try root.issue(TestAuthority.request(["a.example"]))
    let other = try root.issue(TestAuthority.request(["a.example"]))
    var pair = leaf.pair
    pair.staple = root.response(for: other.certificate)
    #expect(
      throws: TLSSetupError(.staple(0), "an OCSP response for another certificate"),
      performing: { try serverContext(pair) })
    pair.staple = root.response(for: leaf.certificate, .revoked)
    #expect(
      throws: TLSSetupError(.staple(0), "an OCSP response that says the certificate is revoked"),
      performing: { try serverContext(pair) })
  }
}
