import TLS
import Testing

@Suite("What a certificate says")
struct CertificateTests {
  @Test("is read out of it")
  func saysThings() throws {
    let root = try TestAuthority.root()
    var request = CertificateIssuer.Request(
      "Ünsinn, \"x\"\n",
      names: [
        "DNS:A.example", "DNS:*.b.example", "IP:192.0.2.1", "URI:spiffe://x/y", "email:a@b.c",
      ])
    request.notAfter = 86400
    let certificate = try root.issue(request).certificate
    #expect(certificate.subject == #"CN=\C3\9Cnsinn\, \"x\"\0A"#)
    #expect(certificate.issuer == "CN=Test Root")
    #expect(
      certificate.names == [
        .dns("a.example"), .dns("*.b.example"), .address([192, 0, 2, 1]), .uri("spiffe://x/y"),
        .email("a@b.c"),
      ])
    #expect(certificate.hostNames == ["a.example", "*.b.example"])
    #expect(certificate.notAfter - certificate.notBefore == 86400 + 3600)
    #expect(certificate.serial.count == 16 || certificate.serial.count == 14)
    #expect(certificate.fingerprint.count == 64)
    #expect(certificate.keyKind == .ecdsa(curve: "prime256v1", bits: 256))
    #expect(certificate.isIssued(by: root.certificate))
    #expect(!root.certificate.isIssued(by: certificate))
    #expect(root.certificate.isAuthority && root.certificate.isSelfIssued)
    #expect(!certificate.isAuthority && !certificate.isSelfIssued)
    #expect(certificate.der.first == 0x30)
  }

  @Test("is found between other things in a file")
  func findsThem() throws {
    let root = try TestAuthority.root()
    let leaf = try root.issue(TestAuthority.request(["a.example"]))
    let text = "notes\n" + leaf.key.pem + leaf.certificate.pem + "more\n" + root.certificate.pem
    let found = try Certificate.all(inPEM: Array(text.utf8))
    #expect(found.map(\.fingerprint) == [leaf, root].map(\.certificate.fingerprint))
    #expect(try PrivateKey(pem: Array(text.utf8)).fits(leaf.certificate))
  }

  @Test("is refused when a file is cut anywhere, and nothing is made up")
  func refusesCutFiles() throws {
    let pem = try TestAuthority.root().authority
    for length in stride(from: 0, to: pem.count - 2, by: 7) {
      #expect(throws: CertificateError.self) {
        try Certificate.all(inPEM: Array(pem.prefix(length)))
      }
    }
  }

  @Test("has a key that nobody can ask the password of")
  func refusesEncryptedKeys() {
    let pem = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgAAAAAAAAAAAICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAEQAAA
      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAAAAAAAA
      -----END ENCRYPTED PRIVATE KEY-----

      """
    #expect(throws: CertificateError.encrypted) { try PrivateKey(pem: Array(pem.utf8)) }
  }
}
