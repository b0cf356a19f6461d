import COpenSSL

/// The private key of a certificate: RSA, ECDSA, or Ed25519.
@safe public final class PrivateKey {
  private let owned: Owned
  var pointer: OpaquePointer { unsafe owned.pointer }

  init(_ owned: consuming Owned) { self.owned = owned }

  /// The first private key of a PEM file.
  public init(pem: [UInt8]) throws(CertificateError) {
    ERR_clear_error()
    defer { ERR_clear_error() }
    guard let bio = MemoryBIO(pem) else { throw .outOfMemory }
    var wasAsked = false
    // Sound: the BIO and `wasAsked` live through the call; the callback writes to nothing else.
    // Without a callback OpenSSL would ask the terminal.
    let key = unsafe withUnsafeMutablePointer(to: &wasAsked) { wasAsked in
      unsafe PEM_read_bio_PrivateKey(
        bio.pointer, nil,
        { _, _, _, wasAsked in
          unsafe wasAsked?.assumingMemoryBound(to: Bool.self).pointee = true
          return -1
        }, wasAsked)
    }
    guard let owned = unsafe Owned(key, EVP_PKEY_free) else {
      if wasAsked { throw .encrypted }
      let reason = ERR_GET_REASON(ERR_peek_last_error())
      // The decoders of OpenSSL 3 say the latter of a file without any key.
      if reason == PEM_R_NO_START_LINE || reason == ERR_R_UNSUPPORTED { throw .none }
      throw .unreadable(OpenSSLErrors.take(or: "unreadable"))
    }
    self.owned = owned
  }

  /// Whether it is the one that `certificate` speaks of.
  public func fits(_ certificate: Certificate) -> Bool {
    defer { ERR_clear_error() }
    // Sound: both objects are held by the caller during the call.
    return unsafe X509_check_private_key(certificate.x509, pointer) == 1
  }

  /// The key in PEM (PKCS #8), without encryption.
  public var pem: String {
    guard let bio = MemoryBIO() else { return "" }
    _ = unsafe PEM_write_bio_PKCS8PrivateKey(bio.pointer, pointer, nil, nil, 0, nil, nil)
    return bio.text
  }
}
