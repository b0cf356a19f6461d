public import Addressing
public import Configuration

/// A configuration whose backend names have been looked up.
public struct ResolvedConfiguration: Sendable {
  public let routing: RoutingConfig
  /// The addresses of every `.name` that is a backend's host.
  public let addresses: [String: [IPAddress]]

  /// What the files that it names for TLS contain.
  public let tls: TLSMaterial

  public init(
    routing: RoutingConfig, addresses: [String: [IPAddress]] = [:], tls: TLSMaterial = TLSMaterial()
  ) {
    self.routing = routing
    self.addresses = addresses
    self.tls = tls
  }
}
