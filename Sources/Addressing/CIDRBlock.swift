/// A block of addresses, `10.0.0.0/8` or a single address.
public struct CIDRBlock: Hashable, Sendable {
  public let address: IPAddress
  /// 0...32 for IPv4, 0...128 for IPv6.
  public let prefixLength: Int
}
