public import Addressing

/// Where operators and their tools speak to the daemon, beside the control socket. JSON: `admin`.
public struct AdminConfig: Equatable, Sendable {
  /// Unix sockets, and TCP on loopback addresses only. Empty: none. JSON: `bind`, a string or an
  /// array.
  public var bind: [Endpoint] = []
  /// A file with the token that clients over TCP must show. JSON: `token_file`.
  public var tokenFile: FileReference?

  public init() {}
}
