import COpenSSL

/// A version of TLS that is spoken here.
public enum TLSVersion: String, CaseIterable, Comparable, Sendable {
  /// RFC 5246.
  case v12 = "1.2"
  /// RFC 8446.
  case v13 = "1.3"

  var number: Int32 {
    switch self {
    case .v12: TLS1_2_VERSION
    case .v13: TLS1_3_VERSION
    }
  }

  public static func < (left: TLSVersion, right: TLSVersion) -> Bool {
    left.number < right.number
  }
}

/// What is negotiated, on either side of a connection.
public struct TLSParameters: Hashable, Sendable {
  public var minVersion = TLSVersion.v12
  public var maxVersion = TLSVersion.v13
  /// For TLS 1.2, in OpenSSL's form. Default: forward secrecy and authenticated encryption only.
  /// AES-128 stands first, which is as safe and cheaper; ChaCha20 wins for clients that put it
  /// first, as those without AES in hardware do.
  public var ciphers = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:\
    ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
    ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
    """
  /// For TLS 1.3, in OpenSSL's form.
  public var cipherSuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
  /// Groups for the key exchange, the preferred one first, in OpenSSL's form.
  public var groups = Self.defaultGroups
  /// Whether records are made by the kernel where it can (kTLS).
  public var usesKernel = false

  public init() {}

  /// X25519, P-256, P-384; first of all the post-quantum hybrid where the library has it (3.5).
  public static let defaultGroups =
    (OpenSSL_version_num() >= 0x3050_0000 ? "X25519MLKEM768:" : "") + "X25519:P-256:P-384"
}
