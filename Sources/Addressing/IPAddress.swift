/// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses count as the IPv4 address they carry.
public struct IPAddress: Hashable, Sendable {
  public enum Family: Hashable, Sendable { case v4, v6 }

  public let family: Family
  /// The address as a number; an IPv4 address uses the 32 low bits of `low`.
  public let high: UInt64
  public let low: UInt64

  private init(family: Family, high: UInt64, low: UInt64) {
    self.family = family
    self.high = high
    self.low = low
  }

  public init(v4 number: UInt32) { self.init(family: .v4, high: 0, low: UInt64(number)) }

  public init(v6 high: UInt64, _ low: UInt64) {
    if high == 0, low >> 32 == 0xFFFF {
      self.init(v4: UInt32(truncatingIfNeeded: low))
    } else {
      self.init(family: .v6, high: high, low: low)
    }
  }
}

extension IPAddress {
  /// The address of four or sixteen octets in network order; nil for any other number.
  public init?(octets: [UInt8]) {
    func number(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    switch octets.count {
    case 4: self.init(v4: UInt32(truncatingIfNeeded: number(octets[...])))
    case 16: self.init(v6: number(octets[..<8]), number(octets[8...]))
    default: return nil
    }
  }
}

extension IPAddress {
  /// Whether it leads back to this machine: `127.0.0.0/8` and `::1`.
  public var isLoopback: Bool {
    switch family {
    case .v4: low >> 24 == 127
    case .v6: high == 0 && low == 1
    }
  }
}
