/// Where to listen, or whom to connect to.
public enum Endpoint: Hashable, Sendable {
  case ip(IPAddress, port: UInt16)
  /// `unix:/path`
  case unix(path: String)
  /// `fd:NAME`: a listening socket that systemd passes under that name. Listeners only.
  case inherited(name: String)
  /// A host name, in lower case, which stands for its addresses. Backends only.
  case name(String, port: UInt16)
  /// `srv:_http._tcp.example.org`: a service (RFC 2782), in lower case, which stands for addresses
  /// and ports. Backends only.
  case service(String)
}
