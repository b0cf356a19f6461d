/// Why a text is no ``Endpoint``.
public enum EndpointError: Error, Equatable, Sendable, CaseIterable {
  case missingPort
  case badPort
  /// Port 0 for a backend.
  case portZero
  /// `::1:80`, which could be read in two ways.
  case missingBrackets
  case badHost
  /// `http://10.0.0.1:80`, `10.0.0.1:80/path`
  case schemeOrPath
  case nameToListenOn
  case badUnixPath
  case unixPathTooLong
  case badInheritedName
  case inheritedBackend
  case badServiceName
}

extension EndpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingPort: "the port is missing, as in 10.0.0.1:8080"
    case .badPort: "the port must be a number in 0...65535 without leading zeros"
    case .portZero: "a backend's port must be in 1...65535"
    case .missingBrackets: "an IPv6 address stands in brackets before the port, as in [::1]:8080"
    case .badHost: "expected an IP address or a host name before the port"
    case .schemeOrPath: "expected host:port without scheme or path, as in 10.0.0.1:8080"
    case .nameToListenOn: "expected an IP address, * for all, unix:/path or fd:NAME, not a name"
    case .badUnixPath: "expected an absolute path after unix:"
    case .unixPathTooLong:
      "a unix socket's path has at most \(Endpoint.longestUnixPath) octets"
    case .badInheritedName:
      "expected the name of a socket that systemd passes after fd:, without spaces and colons"
    case .inheritedBackend: "fd: is for listeners"
    case .badServiceName: "expected a service after srv:, as in srv:_http._tcp.example.org"
    }
  }
}
