/// The types of resource records that backends are found by.
public enum RecordType: UInt16, CaseIterable, Sendable {
  /// An IPv4 address (RFC 1035 §3.4.1).
  case a = 1
  /// An IPv6 address (RFC 3596 §2.1).
  case aaaa = 28
  /// Hosts and ports of a service (RFC 2782).
  case srv = 33
}
