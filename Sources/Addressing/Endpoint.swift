/// Where to listen, or whom to connect to.
public enum Endpoint: Hashable, Sendable {
  case ip(IPAddress, port: UInt16)
  /// `unix:/path`
  case unix(path: String)
  /// `fd:NAME`: a listening socket that systemd passes under that name. Listeners only.
  case inherited(name: String)
  /// A host name, resolved when the configuration is loaded. Backends only.
  case name(String, port: UInt16)
}
