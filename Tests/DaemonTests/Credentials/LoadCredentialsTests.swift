import Configuration
import Proxy
import TLS
import Testing

@testable import Daemon

@Suite("The files that a configuration names for TLS")
struct LoadCredentialsTests {
  struct Files: FileSource {
    var files: [String: [UInt8]] = [:]

    func read(_ path: String) throws(FileError) -> [UInt8] {
      guard let content = files[path] else { throw FileError("no such file") }
      return content
    }
    func paths(matching glob: String) -> [String] { [] }
  }

  private let authority: CertificateIssuer
  private var files = Files()
  private let now: Int64

  init() throws {
    var request = CertificateIssuer.Request("Authority")
    request.isAuthority = true
    request.notAfter = 90 * 86400
    authority = try CertificateIssuer(selfSigned: request)
    now = authority.certificate.notBefore + 3600
    files.files["ca"] = authority.pair.chain
    files.files["junk"] = Array("junk".utf8)
    files.files["empty"] = []
    files.files["keys"] = [UInt8](repeating: 1, count: 80)
    for name in ["a", "b"] { add(try issue(name), as: name) }
    var old = CertificateIssuer.Request("old", names: ["DNS:old.example"])
    old.notAfter = 60
    old.notBefore = -86400
    add(try authority.issue(old), as: "old")
  }

  private func issue(_ name: String) throws -> CertificateIssuer {
    var request = CertificateIssuer.Request(name, names: ["DNS:\(name).example"])
    request.notAfter = 90 * 86400
    return try authority.issue(request)
  }

  private mutating func add(_ issuer: CertificateIssuer, as name: String) {
    files.files["\(name).pem"] = issuer.pair.chain + authority.pair.chain
    files.files["\(name).key"] = issuer.pair.key
  }

  private func listener(
    _ chain: String, _ key: String, _ change: (inout ListenerTLSConfig) -> Void = { _ in }
  ) -> RoutingConfig {
    var tls = ListenerTLSConfig()
    tls.certificates = [
      CertificateConfig(
        source: .files(chain: FileReference(path: chain), key: FileReference(path: key)))
    ]
    change(&tls)
    var listener = ListenerConfig()
    listener.name = "web"
    listener.tls = tls
    var routing = RoutingConfig()
    routing.listeners = [listener]
    return routing
  }

  private func cluster(_ change: (inout ClusterTLSConfig) -> Void) -> RoutingConfig {
    var cluster = ClusterConfig()
    cluster.name = "app"
    var tls = ClusterTLSConfig()
    change(&tls)
    cluster.tls = tls
    var routing = RoutingConfig()
    routing.clusters = [cluster]
    return routing
  }

  private func errors(
    _ routing: RoutingConfig, served: [CertificateStatus]? = nil, at time: Int64? = nil
  ) -> [String] {
    let outcome = loadCredentials(
      of: routing, from: files, now: time ?? now, served: served)
    let errors = outcome.problems.filter { $0.severity == .error }.map(\.message)
    #expect((outcome.material == nil) == !errors.isEmpty)
    return errors
  }

  @Test("make contexts, and tell how long they last")
  func loads() throws {
    let routing = listener("a.pem", "a.key") { $0.ticketKeys = [FileReference(path: "keys")] }
    let outcome = loadCredentials(of: routing, from: files, now: now, served: nil)
    let material = try #require(outcome.material?.listeners["web"])
    #expect(material.settings.certificates.count == 1)
    #expect(material.ticketKeys.count == 1)
    let status = try #require(outcome.certificates.first)
    #expect(status.owner == "listeners.web" && status.file == "a.pem" && status.subject == "CN=a")
    #expect(status.daysLeft(now: now) == 90)
  }

  @Test("are refused with the file and the reason")
  func refuses() {
    func file(_ name: String) -> FileReference { FileReference(path: name) }
    #expect(
      errors(listener("none", "a.key")) == ["none: cannot be read: no such file"])
    #expect(errors(listener("a.pem", "empty")) == ["empty: is empty"])
    #expect(errors(listener("junk", "a.key")) == ["junk: no certificate in PEM form"])
    #expect(errors(listener("a.pem", "junk")) == ["junk: no private key in PEM form"])
    #expect(
      errors(listener("a.pem", "b.key")) == [
        "b.key: the private key does not fit the certificate"
      ])
    #expect(
      errors(listener("a.pem", "a.key") { $0.ticketKeys = [file("junk")] }) == [
        "junk: a ticket key has 80 octets, this has 4"
      ])
    #expect(
      errors(listener("a.pem", "a.key") { $0.keyLog = file("/none/keys") }) == [
        "/none/keys: cannot be opened for writing: No such file or directory"
      ])
    #expect(
      errors(listener("a.pem", "a.key") { $0.clients = .init(ca: file("junk")) }) == [
        "junk: no certificate in PEM form"
      ])
    #expect(
      errors(listener("a.pem", "a.key") { $0.certificates[0].ocsp = file("junk") }) == [
        "junk: not an OCSP response in DER form"
      ])
    #expect(
      errors(listener("a.pem", "a.key") { $0.parameters.ciphers = "junk" }) == ["no cipher match"])
    #expect(
      errors(cluster { $0.ca = file("junk") }) == ["junk: no certificate in PEM form"])
    #expect(
      errors(
        cluster {
          $0.ca = file("ca")
          $0.crl = file("junk")
        }) == ["junk: no revocation list in PEM form"])
  }

  @Test("may have expired while they serve, but may not take another's place then")
  func expires() throws {
    let later = now + 7200
    let outcome = loadCredentials(
      of: listener("old.pem", "old.key"), from: files, now: later, served: nil)
    #expect(outcome.material != nil, "at start it may be all that there is")
    #expect(outcome.problems.contains { $0.message.contains("has expired") })
    #expect(
      errors(listener("old.pem", "old.key"), served: outcome.certificates, at: later) == [])
    #expect(
      errors(listener("old.pem", "old.key"), served: [], at: later) == [
        "old.pem: the certificate has expired 0 days ago"
      ])
  }

  @Test("differ where backends' connections must not be shared")
  func digests() throws {
    func digest(_ change: (inout ClusterTLSConfig) -> Void) throws -> UInt64 {
      let outcome = loadCredentials(of: cluster(change), from: files, now: now, served: nil)
      return try #require(outcome.material?.clusters["app"]).digest
    }
    let ca = FileReference(path: "ca")
    let same = try (digest { $0.ca = ca }, digest { $0.ca = ca })
    #expect(same.0 == same.1)
    #expect(try digest { $0.verify = false } != same.0)
    #expect(
      try digest {
        $0.ca = ca
        $0.parameters.minVersion = .v13
      } != same.0)
  }

  @Test("need not be there for a certificate that signs itself")
  func signsItself() throws {
    let routing = listener("", "") {
      $0.certificates = [CertificateConfig(source: .selfSigned(["localhost", "127.0.0.1", "::1"]))]
    }
    let outcome = loadCredentials(of: routing, from: Files(), now: now, served: nil)
    let pair = try #require(outcome.material?.listeners["web"]?.settings.certificates.first)
    let certificate = try #require(try Certificate.all(inPEM: pair.chain).first)
    #expect(certificate.hostNames == ["localhost"])
    #expect(certificate.names.count == 3)
    #expect(outcome.certificates.first?.file == "self-signed")
  }
}
