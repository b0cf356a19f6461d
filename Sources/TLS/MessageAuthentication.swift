import COpenSSL

/// Codes that only those can make who have a key.
public enum MessageAuthentication {
  /// HMAC-SHA-256 (RFC 2104), 32 octets; none if the library cannot make it.
  public static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var length = 0
    // Sound: the call reads as many octets as the arrays have, and writes at most as many as `code`
    // has.
    let made = unsafe code.withUnsafeMutableBufferPointer { code in
      unsafe EVP_Q_mac(
        nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, code.baseAddress,
        code.count, &length)
    }
    return unsafe made != nil && length == code.count ? code : []
  }
}
