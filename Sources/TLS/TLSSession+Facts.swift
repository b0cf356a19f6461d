import Bytes
import COpenSSL

// What was negotiated. To be asked after the handshake.
extension TLSSession {
  /// The version that is spoken.
  public var version: TLSVersion {
    unsafe SSL_version(ssl) == TLS1_2_VERSION ? .v12 : .v13
  }

  /// The cipher suite, by its name in the standard.
  public var cipher: String {
    // Sound: these are strings of OpenSSL's tables.
    guard let name = unsafe SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)) else {
      return "?"
    }
    return unsafe String(cString: name)
  }

  /// What was chosen by ALPN, as it is on the wire; nil if nothing was.
  public var negotiatedProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    // Sound: the octets belong to the connection, and are copied at once.
    unsafe SSL_get0_alpn_selected(ssl, &start, &count)
    guard count > 0 else { return nil }
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }

  /// The host name that the client asked for; nil if it asked for none.
  public var serverName: String? {
    // Sound: the string belongs to the connection, and is copied at once.
    guard let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else { return nil }
    return unsafe String(cString: name)
  }

  /// Whether an earlier session was resumed, without certificates or signatures.
  public var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

  /// The verified certificate of the peer. nil if it showed none, or none was asked for.
  public var peerCertificate: Certificate? {
    // Sound: the call makes a reference that is ours.
    guard let owned = unsafe Owned(SSL_get1_peer_certificate(ssl), X509_free) else { return nil }
    return Certificate(owned)
  }

  /// Whether a client's request for `host` may come over this connection: the certificate that it
  /// got, and what was asked of its own, would have been the same for that host (RFC 9110 §7.4).
  public func covers(_ host: Span<UInt8>) -> Bool {
    guard let server else { return false }
    // Mostly it is the one of the request before.
    if host.equals(coveredHost.span) { return true }
    guard server.covers(host, identity: identity) else { return false }
    coveredHost = host.indices.map { host[$0] }
    return true
  }

  /// The OCSP response that the server sent; nil if it sent none.
  public var stapledResponse: [UInt8]? {
    var start: UnsafePointer<UInt8>?
    let count = unsafe copenssl_get_staple(ssl, &start)
    guard count > 0 else { return nil }
    // Sound: the octets belong to the connection, and are copied at once.
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }
}
