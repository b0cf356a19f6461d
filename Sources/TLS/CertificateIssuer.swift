import COpenSSL

/// Makes keys and certificates: the self-signed one of the demo, and those of the tests.
@safe public final class CertificateIssuer {
  public enum KeyKind: Sendable, CaseIterable { case ecdsa, rsa }

  /// What a certificate is to say.
  public struct Request: Sendable {
    public var commonName: String
    /// The subjectAltName entries as OpenSSL's configuration has them: `DNS:a.example`, `IP:::1`.
    public var names: [String] = []
    public var key = KeyKind.ecdsa
    /// Only for keys of RSA.
    public var bits = 2048
    public var isAuthority = false
    /// In seconds from now.
    public var notBefore: Int64 = -3600
    /// In seconds from now.
    public var notAfter: Int64 = 30 * 86400

    public init(_ commonName: String, names: [String] = []) {
      self.commonName = commonName
      self.names = names
    }
  }

  /// A certificate, its key, and the power to sign others with it.
  public let certificate: Certificate
  public let key: PrivateKey

  /// Both in PEM; of the chain it holds only this certificate.
  public var pair: TLSCertificate {
    TLSCertificate(chain: Array(certificate.pem.utf8), key: Array(key.pem.utf8))
  }

  /// A certificate that has signed itself.
  public convenience init(selfSigned request: Request) throws(TLSSetupError) {
    try self.init(request, issuer: nil)
  }

  /// A certificate that this one signs.
  public func issue(_ request: Request) throws(TLSSetupError) -> CertificateIssuer {
    try CertificateIssuer(request, issuer: self)
  }

  private init(_ request: Request, issuer: CertificateIssuer?) throws(TLSSetupError) {
    ERR_clear_error()
    defer { ERR_clear_error() }
    // Sound, in the whole initialiser: each object is a new reference, held until it goes, and what
    // is set is copied.
    let curve: StaticString = "P-256"
    let generated = curve.withUTF8Buffer { name in
      unsafe copenssl_generate_key(
        request.key == .rsa
          ? nil : UnsafeRawPointer(name.baseAddress)?.assumingMemoryBound(to: CChar.self),
        request.bits)
    }
    guard let ownedKey = unsafe Owned(generated, EVP_PKEY_free),
      let owned = unsafe Owned(X509_new(), X509_free)
    else { throw TLSSetupError(.library, OpenSSLErrors.take(or: "out of memory")) }
    key = PrivateKey(ownedKey)
    certificate = Certificate(owned)
    try describe(request, issuer: issuer)
    let signer = issuer?.key ?? key
    guard unsafe X509_sign(certificate.x509, signer.pointer, EVP_sha256()) > 0 else {
      throw TLSSetupError(.library, OpenSSLErrors.take(or: "cannot sign"))
    }
  }

  private func describe(
    _ request: Request, issuer: CertificateIssuer?
  ) throws(TLSSetupError) {
    let x509 = unsafe certificate.x509
    var serial: UInt64 = 0
    let outcome = unsafe withUnsafeMutableBytes(of: &serial) {
      unsafe RAND_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32($0.count))
    }
    // Sound: the certificate is ours, and the parts that are asked for belong to it.
    let subject = unsafe X509_get_subject_name(x509)
    var isDone =
      unsafe outcome == 1
      && X509_set_version(x509, 2) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1 | 1) == 1
      && X509_gmtime_adj(X509_getm_notBefore(x509), Int(request.notBefore)) != nil
      && X509_gmtime_adj(X509_getm_notAfter(x509), Int(request.notAfter)) != nil
      && X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_FLAG, request.commonName, -1, -1, 0) == 1
      && X509_set_issuer_name(
        x509, issuer.map { unsafe X509_get_subject_name($0.certificate.x509) } ?? subject) == 1
      && X509_set_pubkey(x509, key.pointer) == 1
    for (id, value) in Self.extensions(request) where isDone { isDone = add(id, value, issuer) }
    guard isDone else { throw TLSSetupError(.library, OpenSSLErrors.take(or: "cannot be said")) }
  }

  private static func extensions(_ request: Request) -> [(Int32, String)] {
    var all = [
      (NID_basic_constraints, request.isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE"),
      (NID_subject_key_identifier, "hash"),
      (NID_authority_key_identifier, "keyid"),
    ]
    if request.isAuthority { all.append((NID_key_usage, "critical,keyCertSign,cRLSign")) }
    if !request.names.isEmpty {
      all.append((NID_subject_alt_name, request.names.joined(separator: ",")))
    }
    return all
  }

  private func add(_ id: Int32, _ value: String, _ issuer: CertificateIssuer?) -> Bool {
    let x509 = unsafe certificate.x509
    var context = unsafe X509V3_CTX()
    // Sound: the context borrows the two certificates for the call after; both live through it.
    unsafe X509V3_set_ctx(&context, issuer?.certificate.x509 ?? x509, x509, nil, nil, 0)
    guard
      let made = unsafe Owned(
        X509V3_EXT_conf_nid(nil, &context, id, value), X509_EXTENSION_free)
    else {
      // A certificate that signs itself has no key identifier of an issuer yet: none is needed.
      return id == NID_authority_key_identifier && issuer == nil
    }
    return unsafe X509_add_ext(x509, made.pointer, -1) == 1
  }
}
