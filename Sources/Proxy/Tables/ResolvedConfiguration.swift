public import Configuration
public import Names

/// A configuration, with what is known of the names of its backends.
public struct ResolvedConfiguration: Sendable {
  public let routing: RoutingConfig
  /// The backends that each name stands for. A name that is not there stands for none.
  public var names: [BackendName: [NamedBackend]]

  /// What the files that it names for TLS contain.
  public let tls: TLSMaterial
  /// What the files contain that sticky sessions have their secrets in, by path.
  public let secrets: [String: [UInt8]]

  public init(
    routing: RoutingConfig, names: [BackendName: [NamedBackend]] = [:],
    tls: TLSMaterial = TLSMaterial(), secrets: [String: [UInt8]] = [:]
  ) {
    self.routing = routing
    self.names = names
    self.tls = tls
    self.secrets = secrets
  }

  /// What the cookies of a cluster's sticky sessions are made with.
  func secret(of cluster: ClusterConfig) -> [UInt8] {
    switch cluster.sticky?.secret {
    case .text(let text): Array(text.utf8)
    case .file(let file): secrets[file.path] ?? []
    case nil: []
    }
  }
}
