import COpenSSL

/// An `SSL_CTX`, which connections are made of.
@safe final class ContextHandle {
  let pointer: OpaquePointer

  enum Role { case server, client }

  init(_ role: Role, _ parameters: TLSParameters) throws(TLSSetupError) {
    ERR_clear_error()
    let method = unsafe role == .server ? TLS_server_method() : TLS_client_method()
    guard let pointer = unsafe SSL_CTX_new(method) else {
      throw TLSSetupError(.library, OpenSSLErrors.take(or: "out of memory"))
    }
    unsafe self.pointer = unsafe pointer
    try configure(parameters)
  }

  // Connections that still live have references of their own.
  deinit { unsafe SSL_CTX_free(pointer) }

  private func configure(_ parameters: TLSParameters) throws(TLSSetupError) {
    defer { ERR_clear_error() }
    // Sound, here and below: the context is ours, and OpenSSL copies the strings.
    unsafe SSL_CTX_set_options(pointer, COPENSSL_OPTIONS)
    if parameters.usesKernel { unsafe SSL_CTX_set_options(pointer, COPENSSL_KERNEL_TLS) }
    unsafe copenssl_set_mode(pointer)
    // One system call reads a record, not two. Not with kTLS, where the kernel makes the records.
    unsafe copenssl_set_read_ahead(pointer, parameters.usesKernel ? 0 : 1)
    guard unsafe copenssl_set_min_version(pointer, parameters.minVersion.number) == 1,
      unsafe copenssl_set_max_version(pointer, parameters.maxVersion.number) == 1
    else { throw TLSSetupError(.library, OpenSSLErrors.take(or: "version not available")) }
    guard unsafe SSL_CTX_set_cipher_list(pointer, parameters.ciphers) == 1 else {
      throw TLSSetupError(.ciphers, OpenSSLErrors.take(or: "not a list of ciphers"))
    }
    guard unsafe SSL_CTX_set_ciphersuites(pointer, parameters.cipherSuites) == 1 else {
      throw TLSSetupError(.cipherSuites, OpenSSLErrors.take(or: "not a list of cipher suites"))
    }
    guard unsafe copenssl_set_groups(pointer, parameters.groups) == 1 else {
      throw TLSSetupError(.groups, OpenSSLErrors.take(or: "not a list of groups"))
    }
  }

  // MARK: What it shows of itself

  /// Takes a certificate, those that signed it, and its key.
  ///
  /// - Parameter index: Which of the settings' certificates it is.
  /// - Returns: The certificate itself.
  @discardableResult
  func use(_ pair: TLSCertificate, index: Int) throws(TLSSetupError) -> Certificate {
    let (chain, key) = try Self.load(pair, index: index)
    defer { ERR_clear_error() }
    guard let rest = unsafe Owned(OPENSSL_sk_new_null(), OPENSSL_sk_free) else {
      throw TLSSetupError(.library, "out of memory")
    }
    for certificate in chain.dropFirst() {
      // Sound: the stack borrows them; the call below takes references of its own.
      unsafe OPENSSL_sk_push(rest.pointer, UnsafeRawPointer(certificate.x509))
    }
    // Sound: everything lives through the call, which takes references of its own.
    guard
      unsafe SSL_CTX_use_cert_and_key(pointer, chain[0].x509, key.pointer, rest.pointer, 1) == 1
    else { throw TLSSetupError(.chain(index), OpenSSLErrors.take(or: "refused")) }
    return chain[0]
  }

  /// Reads both and checks that they belong together.
  static func load(
    _ pair: TLSCertificate, index: Int
  ) throws(TLSSetupError) -> ([Certificate], PrivateKey) {
    let chain: [Certificate]
    do throws(CertificateError) {
      chain = try Certificate.all(inPEM: pair.chain)
    } catch {
      throw TLSSetupError(.chain(index), error.text("certificate"))
    }
    let key: PrivateKey
    do throws(CertificateError) {
      key = try PrivateKey(pem: pair.key)
    } catch {
      throw TLSSetupError(.key(index), error.text("private key"))
    }
    guard key.fits(chain[0]) else {
      throw TLSSetupError(.key(index), "the private key does not fit the certificate")
    }
    return (chain, key)
  }

  // MARK: Whom it trusts

  /// Checks peers' certificates against `authorities`.
  ///
  /// - Parameter namesThem: Whether clients are told which authorities they may choose from.
  func trust(
    authorities: [UInt8], revocations: [UInt8], namesThem: Bool
  ) throws(TLSSetupError) {
    let certificates: [Certificate]
    do throws(CertificateError) {
      certificates = try Certificate.all(inPEM: authorities)
    } catch {
      throw TLSSetupError(.authorities, error.text("certificate"))
    }
    defer { ERR_clear_error() }
    // Sound: the store belongs to the context; it takes references of its own.
    let store = unsafe SSL_CTX_get_cert_store(pointer)
    for certificate in certificates {
      guard unsafe X509_STORE_add_cert(store, certificate.x509) == 1 else {
        throw TLSSetupError(.authorities, OpenSSLErrors.take(or: "refused"))
      }
      if namesThem { _ = unsafe SSL_CTX_add_client_CA(pointer, certificate.x509) }
    }
    try check(revocations: revocations)
  }

  /// Refuses peers' certificates that are in `revocations`, and those whose authority has no list.
  func check(revocations: [UInt8]) throws(TLSSetupError) {
    if revocations.isEmpty { return }
    defer { ERR_clear_error() }
    guard let bio = MemoryBIO(revocations) else { throw TLSSetupError(.library, "out of memory") }
    let store = unsafe SSL_CTX_get_cert_store(pointer)
    var count = 0
    // Sound: each list is a new reference that is ours; the store takes one of its own.
    while let list = unsafe Owned(PEM_read_bio_X509_CRL(bio.pointer, nil, nil, nil), X509_CRL_free)
    {
      guard unsafe X509_STORE_add_crl(store, list.pointer) == 1 else {
        throw TLSSetupError(.revocations, OpenSSLErrors.take(or: "refused"))
      }
      count += 1
    }
    guard count > 0, ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE else {
      throw TLSSetupError(
        .revocations, count == 0 ? "no revocation list in PEM form" : "unreadable")
    }
    unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
  }

  func trustSystem() throws(TLSSetupError) {
    defer { ERR_clear_error() }
    guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
      throw TLSSetupError(.authorities, OpenSSLErrors.take(or: "the system has none"))
    }
  }

  // MARK: Debugging

  func log(to keyLog: TLSKeyLog?) {
    guard keyLog != nil else { return }
    unsafe SSL_CTX_set_keylog_callback(pointer) { ssl, line in
      guard let line = unsafe line else { return }
      // Sound: OpenSSL hands over a string of its own for the call.
      unsafe TLSSession.of(ssl)?.keyLog?.write(line)
    }
  }
}
