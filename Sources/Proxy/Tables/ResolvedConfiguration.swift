public import Addressing
public import Configuration

/// A configuration whose backend names have been looked up.
public struct ResolvedConfiguration: Sendable {
  public let routing: RoutingConfig
  /// The addresses of every `.name` that is a backend's host.
  public let addresses: [String: [IPAddress]]

  /// What the files that it names for TLS contain.
  public let tls: TLSMaterial
  /// What the files contain that sticky sessions have their secrets in, by path.
  public let secrets: [String: [UInt8]]

  public init(
    routing: RoutingConfig, addresses: [String: [IPAddress]] = [:],
    tls: TLSMaterial = TLSMaterial(),
    secrets: [String: [UInt8]] = [:]
  ) {
    self.routing = routing
    self.addresses = addresses
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
