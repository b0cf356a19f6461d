/// What a client makes its ``TLSClientContext`` of.
public struct TLSClientSettings: Sendable {
  /// What the server's certificate is checked against.
  public enum Trust: Hashable, Sendable {
    /// The system's authorities.
    case system
    /// These, in PEM.
    case authorities([UInt8])
    /// Anything goes: whoever sits between can read and change everything.
    case anybody
  }

  public var trust = Trust.system
  /// Revocation lists, in PEM, of every authority; empty to check none.
  public var revocations: [UInt8] = []
  public var parameters = TLSParameters()
  /// What is offered by ALPN, the preferred one first; none to offer nothing.
  public var protocols: [String] = []
  /// What the client shows of itself to a server that asks.
  public var certificate: TLSCertificate?
  /// Whether sessions are resumed.
  public var resumesSessions = true
  /// Whether the server is asked for its authority's word that its certificate is not revoked.
  public var asksForStaple = false
  public var keyLog: TLSKeyLog?

  public init() {}
}
