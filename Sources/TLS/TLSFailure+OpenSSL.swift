import COpenSSL

extension TLSFailure {
  /// What an entry of OpenSSL's error queue comes to.
  init(error: UInt, wasHandshaking: Bool) {
    let reason = ERR_GET_REASON(error)
    // Alerts that the peer sent are numbered from here.
    if ERR_GET_LIB(error) == ERR_LIB_SSL, reason >= SSL_AD_REASON_OFFSET,
      reason < SSL_AD_REASON_OFFSET + 256
    {
      self = .alert(UInt8(truncatingIfNeeded: reason - SSL_AD_REASON_OFFSET))
      return
    }
    switch reason {
    case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: self = .plainHTTP
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL, SSL_R_BAD_RECORD_TYPE:
      self = wasHandshaking ? .notTLS : .protocolError(Self.text(error))
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH,
      SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_UNSUPPORTED_SSL_VERSION, SSL_R_INAPPROPRIATE_FALLBACK:
      self = .noCommonVersion
    case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
      SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SUITABLE_KEY_SHARE,
      SSL_R_NO_SUITABLE_GROUPS, SSL_R_NO_SUITABLE_DIGEST_ALGORITHM:
      self = .noCommonCipher
    case SSL_R_NO_APPLICATION_PROTOCOL: self = .noCommonProtocol
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: self = .noPeerCertificate
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: self = .closed
    default: self = .protocolError(Self.text(error))
    }
  }

  private static func text(_ error: UInt) -> String { OpenSSLErrors.text(of: error) ?? "unknown" }
}
