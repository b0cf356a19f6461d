import Configuration
import TLS
import Testing

@testable import Proxy

@Suite("Fields that tell who a client is")
struct ClientIdentityTests {
  @Test("say what was asked for, in ASCII")
  func tells() throws {
    let request = CertificateIssuer.Request(
      "Zoë\r\nX-Admin: 1",
      names: ["DNS:a.example", "URI:spiffe://b/c", "IP:192.0.2.1", "IP:2001:db8::1"])
    let certificate = try CertificateIssuer(selfSigned: request).certificate
    let facts = ClientCertificatesConfig.Fact.allCases
    let identity = ClientIdentity(
      certificate,
      as: facts.map { ClientCertificatesConfig.Field(name: "X-\($0.rawValue)", fact: $0) })
    var values: [String: String] = [:]
    for field in identity.fields {
      let name = String(decoding: field.name, as: UTF8.self)
      values[name] = String(decoding: field.value, as: UTF8.self)
    }
    #expect(values["X-subject"] == #"CN=Zo\C3\AB\0D\0AX-Admin: 1"#)
    #expect(values["X-issuer"] == values["X-subject"])
    #expect(
      values["X-names"] == "DNS:a.example, URI:spiffe://b/c, IP:192.0.2.1, IP:2001:db8::1")
    #expect(values["X-fingerprint"] == certificate.fingerprint)
    #expect(values["X-serial"] == certificate.serial)
    let encoded = try #require(values["X-certificate"])
    #expect(encoded.hasPrefix(":MII") && encoded.hasSuffix(":"))
    let groups = (certificate.der.count + 2) / 3
    #expect(encoded.utf8.count == groups * 4 + 2)
    for field in identity.fields {
      #expect(field.value.allSatisfy { (0x20...0x7E).contains($0) })
    }
  }
}
