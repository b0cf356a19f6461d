import Testing

@testable import TLS

@Suite("Certificates of clients")
struct ClientCertificateTests {
  /// What a client shows.
  enum Shown: Sendable { case nothing, good, revoked, expired, foreign }

  struct Case: CustomTestStringConvertible, Sendable {
    let mode: TLSClientPolicy.Mode
    let shown: Shown
    let expected: Link.Outcome
    var checksRevocation = true
    var testDescription: String { "\(mode), \(shown)" }
  }

  static func refused(_ failure: TLSFailure, alert: UInt8) -> Link.Outcome {
    Link.Outcome(server: .failed(failure), client: .failed(.alert(alert)))
  }

  static let cases = [
    Case(mode: .none, shown: .nothing, expected: .done),
    Case(mode: .none, shown: .good, expected: .done),
    Case(mode: .request, shown: .nothing, expected: .done),
    Case(mode: .request, shown: .good, expected: .done),
    Case(
      mode: .request, shown: .foreign,
      expected: refused(
        .badPeerCertificate("unable to get local issuer certificate"), alert: 48)),
    Case(mode: .require, shown: .good, expected: .done),
    Case(mode: .require, shown: .nothing, expected: refused(.noPeerCertificate, alert: 116)),
    Case(
      mode: .require, shown: .revoked,
      expected: refused(.badPeerCertificate("certificate revoked"), alert: 44)),
    Case(mode: .require, shown: .revoked, expected: .done, checksRevocation: false),
    Case(
      mode: .require, shown: .expired,
      expected: refused(.badPeerCertificate("certificate has expired"), alert: 45)),
    Case(
      mode: .require, shown: .foreign,
      expected: refused(
        .badPeerCertificate("unable to get local issuer certificate"), alert: 48)),
  ]

  @Test("are asked for, and checked", arguments: cases)
  func checks(_ example: Case) throws {
    let root = try TestAuthority.root()
    let authority = try TestAuthority.root("Clients")
    let good = try authority.issue(TestAuthority.request(["client.example"]))
    let revoked = try authority.issue(TestAuthority.request(["revoked.example"]))
    var late = TestAuthority.request(["late.example"])
    late.notBefore = -86400
    late.notAfter = -60
    let expired = try authority.issue(late)
    let foreign = try TestAuthority.root("Others").issue(TestAuthority.request(["other.example"]))
    let server = try serverContext(root.pair("a.example")) {
      $0.clients = TLSClientPolicy(
        example.mode, authorities: authority.authority,
        revocations: example.checksRevocation
          ? authority.revocationList(of: [revoked.certificate]) : [])
    }
    let shown: CertificateIssuer? =
      switch example.shown {
      case .nothing: nil
      case .good: good
      case .revoked: revoked
      case .expired: expired
      case .foreign: foreign
      }
    let client = try clientContext(trusting: root) { $0.certificate = shown?.pair }
    let link = try Link(server, client)
    #expect(link.handshake() == example.expected)
    guard example.expected == .done else { return }
    #expect(link.works)
    let isAsked = example.mode != .none
    #expect(
      link.server.peerCertificate?.fingerprint == (isAsked ? shown?.certificate.fingerprint : nil))
  }

  @Test("are asked for by the name that the client wants")
  func followsName() throws {
    let root = try TestAuthority.root()
    let authority = try TestAuthority.root("Clients")
    var strict = try root.pair("strict.example")
    strict.clients = TLSClientPolicy(.require, authorities: authority.authority)
    let server = try serverContext(root.pair("open.example"), strict)
    let client = try clientContext(trusting: root)
    let open = try Link(server, client, name: .host("open.example"))
    #expect(open.handshake() == .done)
    let closed = try Link(server, client, name: .host("strict.example"))
    #expect(closed.handshake() == Self.refused(.noPeerCertificate, alert: 116))
  }

  @Test(
    "are not got around by a session of a name that asks for none", arguments: TLSVersion.allCases)
  func checksSessions(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let authority = try TestAuthority.root("Clients")
    var strict = try root.pair("strict.example")
    strict.clients = TLSClientPolicy(.require, authorities: authority.authority)
    let server = try serverContext(root.pair("open.example"), strict)
    let client = try clientContext(trusting: root) {
      $0.parameters.maxVersion = version
      // So that one client's session is offered to both names, as an attacker would.
      $0.trust = .anybody
    }
    let open = try Link(server, client, name: .host("open.example"))
    #expect(open.handshake() == .done)
    #expect(open.works)
    let kept = client.sessions.removeValue(forKey: "open.example ")
    #expect(kept != nil)
    client.sessions["strict.example "] = kept
    let closed = try Link(server, client, name: .host("strict.example"))
    let outcome = closed.handshake()
    #expect(outcome.server == .failed(.noPeerCertificate))
  }
}
