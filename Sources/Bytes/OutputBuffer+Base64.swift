extension OutputBuffer {
  /// Appends `octets` in base64, with padding (RFC 4648 §4).
  public mutating func append(base64 octets: Span<UInt8>) {
    var index = 0
    while index < octets.count {
      let rest = octets.count &- index
      var group = UInt32(octets[index]) &<< 16
      if rest > 1 { group |= UInt32(octets[index &+ 1]) &<< 8 }
      if rest > 2 { group |= UInt32(octets[index &+ 2]) }
      append(Self.base64Digit(group &>> 18))
      append(Self.base64Digit(group &>> 12))
      append(rest > 1 ? Self.base64Digit(group &>> 6) : .equals)
      append(rest > 2 ? Self.base64Digit(group) : .equals)
      index &+= 3
    }
  }

  /// The digit for the lowest six bits of `value`.
  private static func base64Digit(_ value: UInt32) -> UInt8 {
    let bits = UInt8(truncatingIfNeeded: value & 63)
    return switch bits {
    case 0..<26: 0x41 &+ bits
    case 26..<52: 0x61 &- 26 &+ bits
    case 52..<62: .zero &- 52 &+ bits
    case 62: 0x2B
    default: .slash
    }
  }
}
