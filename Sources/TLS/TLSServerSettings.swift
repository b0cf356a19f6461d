/// A certificate with what proves it: the files' contents, in PEM.
public struct TLSCertificate: Hashable, Sendable {
  /// The certificate itself first, then those that signed it, up to but not with the root.
  public var chain: [UInt8]
  public var key: [UInt8]
  /// An OCSP response (RFC 6960) in DER that is sent with the certificate.
  public var staple: [UInt8]?
  /// Which clients may come to this certificate's names; nil means what the server says of all.
  public var clients: TLSClientPolicy?

  public init(
    chain: [UInt8], key: [UInt8], staple: [UInt8]? = nil, clients: TLSClientPolicy? = nil
  ) {
    self.chain = chain
    self.key = key
    self.staple = staple
    self.clients = clients
  }
}

/// What is asked of clients' certificates.
public struct TLSClientPolicy: Hashable, Sendable {
  public enum Mode: Hashable, Sendable {
    case none
    /// Those that send none are served all the same; one that does not verify ends the handshake.
    case request
    case require
  }

  public var mode: Mode
  /// The authorities, in PEM, that clients' certificates have to come from.
  public var authorities: [UInt8]
  /// Revocation lists, in PEM, of every authority; empty to check none.
  public var revocations: [UInt8]

  public init(_ mode: Mode, authorities: [UInt8], revocations: [UInt8] = []) {
    self.mode = mode
    self.authorities = authorities
    self.revocations = revocations
  }

  public static let none = TLSClientPolicy(.none, authorities: [])
}

/// What a server makes its ``TLSServerContext`` of. A plain value, so that each worker makes its
/// own.
public struct TLSServerSettings: Sendable {
  /// At least one. Several may be for one name, if their keys are of different kinds.
  public var certificates: [TLSCertificate]
  public var parameters = TLSParameters()
  /// What the server speaks, by its ALPN names, the preferred one first. None: ALPN is ignored.
  public var protocols: [String] = []
  public var clients = TLSClientPolicy.none

  /// What becomes of a client that asks for a name no certificate is for.
  public enum UnknownName: Hashable, Sendable {
    /// It gets the first certificate.
    case useFirst
    /// It gets the alert `unrecognized_name`. Clients that name nobody get the first certificate.
    case refuse
  }
  public var unknownName = UnknownName.useFirst

  /// Whether sessions are resumed by tickets (RFC 5077, RFC 8446 §4.6.1).
  public var usesTickets = true
  /// Where sessions are kept for clients without tickets; nil for nowhere.
  public var sessionCache: TLSSessionCache?
  /// How long a session can be resumed, in seconds.
  public var sessionLifetime = 7200
  /// Where keys are written for debugging; nil for nowhere, as it ought to be.
  public var keyLog: TLSKeyLog?

  public init(certificates: [TLSCertificate]) { self.certificates = certificates }
}
