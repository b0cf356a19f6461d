/// A set of octets, as a bitmap of the ASCII half and one answer for the other half.
///
/// Membership costs a shift and a mask, and needs no memory. The sets themselves are constants, so
/// that none is built at run time; the tests rebuild each from its grammar.
public struct ByteSet: Sendable {
  @usableFromInline let low: UInt64
  @usableFromInline let high: UInt64
  @usableFromInline let obsText: Bool

  /// - Parameters:
  ///   - low: A bit for each octet from 0 to 63.
  ///   - high: A bit for each octet from 64 to 127.
  ///   - obsText: Whether the octets from 128 to 255 belong to the set.
  @inlinable
  public init(low: UInt64, high: UInt64, obsText: Bool = false) {
    self.low = low
    self.high = high
    self.obsText = obsText
  }

  @inlinable
  public func contains(_ byte: UInt8) -> Bool {
    if byte >= 0x80 { return obsText }
    let half = byte < 64 ? low : high
    return half &>> UInt64(byte & 63) & 1 != 0
  }
}

extension ByteSet {
  /// `tchar` (RFC 9110 §5.6.2): what methods, field names and options are made of.
  @inlinable public static var token: ByteSet {
    ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// `field-content` with its inner whitespace (RFC 9110 §5.5): no control octet but HTAB.
  @inlinable public static var fieldValue: ByteSet {
    ByteSet(low: 0xFFFF_FFFF_0000_0200, high: 0x7FFF_FFFF_FFFF_FFFF, obsText: true)
  }

  /// `qdtext` (RFC 9110 §5.6.4): what stands in a quoted-string without a backslash.
  @inlinable public static var quotedText: ByteSet {
    ByteSet(low: 0xFFFF_FFFB_0000_0200, high: 0x7FFF_FFFF_EFFF_FFFF, obsText: true)
  }

  /// `unreserved` (RFC 3986 §2.3).
  @inlinable public static var unreserved: ByteSet {
    ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }

  /// `HEXDIG`, of either case.
  @inlinable public static var hexDigit: ByteSet {
    ByteSet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E)
  }
}
