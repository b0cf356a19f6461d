/// TLS to the backends of one cluster. JSON: `tls`.
public struct ClusterTLSConfig: Equatable, Sendable {
  /// Whether backends have to prove who they are.
  public var verify = true
  /// The authorities that they have to come from; nil for the system's.
  public var ca: FileReference?
  public var crl: FileReference?
  /// The name that their certificates have to be for, and that they are asked for; nil for the name
  /// or address of each backend.
  public var name: String?
  /// What we show of ourselves: `chain` and `key`.
  public var certificate: CertificateConfig?
  public var parameters = TLSParametersConfig()
  /// Whether sessions are resumed. JSON: `session_resumption`.
  public var sessionResumption = true

  public init() {}
}
