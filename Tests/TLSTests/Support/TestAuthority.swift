import TLS

/// Certificates for tests, made once. Nothing that they sign is trusted by anybody else.
enum TestAuthority {
  static func root(_ name: String = "Test Root") throws -> CertificateIssuer {
    var request = CertificateIssuer.Request(name)
    request.isAuthority = true
    return try CertificateIssuer(selfSigned: request)
  }

  static func request(
    _ names: [String], _ kind: CertificateIssuer.KeyKind = .ecdsa
  ) -> CertificateIssuer.Request {
    var request = CertificateIssuer.Request(
      names.first ?? "nobody", names: names.map { "DNS:\($0)" })
    request.key = kind
    return request
  }
}

extension CertificateIssuer {
  /// A certificate for `names`, and its key.
  func pair(_ names: String..., kind: KeyKind = .ecdsa) throws -> TLSCertificate {
    try issue(TestAuthority.request(names, kind)).pair
  }

  /// In PEM.
  var authority: [UInt8] { Array(certificate.pem.utf8) }
}
