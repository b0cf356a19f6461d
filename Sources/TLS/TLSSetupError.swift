/// Why a context cannot be made of what it was given.
public struct TLSSetupError: Error, Equatable, Sendable {
  /// Which part of the settings is at fault.
  public enum Part: Equatable, Sendable {
    /// The certificates of the pair with this index.
    case chain(Int)
    /// The private key of the pair with this index.
    case key(Int)
    /// The OCSP response of the pair with this index.
    case staple(Int)
    /// The certificates that peers' certificates are checked against.
    case authorities
    case revocations
    case ciphers
    case cipherSuites
    case groups
    /// OpenSSL itself failed.
    case library
  }

  public let part: Part
  public let reason: String

  public init(_ part: Part, _ reason: String) {
    self.part = part
    self.reason = reason
  }
}
