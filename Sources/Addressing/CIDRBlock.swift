/// A block of addresses, `10.0.0.0/8` or a single address.
public struct CIDRBlock: Hashable, Sendable {
  public let address: IPAddress
  /// 0...32 for IPv4, 0...128 for IPv6.
  public let prefixLength: Int
  /// The bits that an address must share with `address`.
  private let highMask: UInt64
  private let lowMask: UInt64

  /// A block of one address.
  public init(_ address: IPAddress) {
    self.init(masking: address, prefixLength: address.family == .v4 ? 32 : 128)
  }

  /// - Throws: ``CIDRError`` when the prefix is too long or leaves bits of `address` uncovered.
  public init(address: IPAddress, prefixLength: Int) throws(CIDRError) {
    let longest = address.family == .v4 ? 32 : 128
    guard (0...longest).contains(prefixLength) else { throw .badPrefixLength(longest: longest) }
    self.init(masking: address, prefixLength: prefixLength)
    guard self.address == address else { throw .hostBits(meant: self) }
  }

  /// Parses `10.0.0.0/8`, `fd00::/8`, or a bare address, which is a block of one.
  public init(parsing text: String) throws(CIDRError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])) else { throw .badAddress }
    guard parts.count == 2 else {
      self.init(address)
      return
    }
    // `::ffff:10.0.0.0/104` says in 128 bits what is IPv4 here.
    let isMapped = address.family == .v4 && parts[0].utf8.contains(UInt8(ascii: ":"))
    guard let length = decimal(parts[1]), !isMapped || (96...128).contains(length) else {
      throw .badPrefixLength(longest: isMapped || address.family == .v6 ? 128 : 32)
    }
    try self.init(address: address, prefixLength: isMapped ? length - 96 : length)
  }

  /// Clears the bits of `address` that the prefix does not cover.
  private init(masking address: IPAddress, prefixLength: Int) {
    self.prefixLength = prefixLength
    switch address.family {
    case .v4:
      highMask = 0
      // A shift by the full width gives 0 here, unlike in C.
      lowMask = 0xFFFF_FFFF & (UInt64(0xFFFF_FFFF) << UInt64(32 - prefixLength))
      self.address = IPAddress(v4: UInt32(truncatingIfNeeded: address.low & lowMask))
    case .v6:
      highMask = prefixLength == 0 ? 0 : UInt64.max << UInt64(max(64 - prefixLength, 0))
      lowMask = prefixLength <= 64 ? 0 : UInt64.max << UInt64(128 - prefixLength)
      self.address = IPAddress(v6: address.high & highMask, address.low & lowMask)
    }
  }

  /// Whether `other` is of this family and shares the prefix. A few instructions, no branches on
  /// the length.
  public func contains(_ other: IPAddress) -> Bool {
    guard other.family == address.family else { return false }
    return (other.high ^ address.high) & highMask | (other.low ^ address.low) & lowMask == 0
  }
}

extension CIDRBlock: CustomStringConvertible {
  public var description: String { "\(address)/\(prefixLength)" }
}

/// Why a text is no block of addresses.
public enum CIDRError: Error, Equatable, Sendable {
  case badAddress
  /// Not a number from 0 to `longest`.
  case badPrefixLength(longest: Int)
  /// The address has bits beyond the prefix; `meant` is the block that it lies in.
  case hostBits(meant: CIDRBlock)
}

extension CIDRError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badAddress: "expected an IP address or a block such as 10.0.0.0/8"
    case .badPrefixLength(let longest): "the prefix length must be a number in 0...\(longest)"
    case .hostBits(let meant): "the address has bits beyond the prefix; did you mean \(meant)?"
    }
  }
}

/// A number of one to three digits without leading zeros.
private func decimal(_ text: Substring) -> Int? {
  guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
    return nil
  }
  if text.utf8.count > 1, text.utf8.first == 0x30 { return nil }
  return Int(text)
}
