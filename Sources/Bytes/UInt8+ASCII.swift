/// The octets that HTTP's grammars name (RFC 5234 §B.1), so that parsers read like them.
extension UInt8 {
  @inlinable public static var tab: UInt8 { 0x09 }
  @inlinable public static var lineFeed: UInt8 { 0x0A }
  @inlinable public static var carriageReturn: UInt8 { 0x0D }
  @inlinable public static var space: UInt8 { 0x20 }
  @inlinable public static var doubleQuote: UInt8 { 0x22 }
  @inlinable public static var percent: UInt8 { 0x25 }
  @inlinable public static var asterisk: UInt8 { 0x2A }
  @inlinable public static var comma: UInt8 { 0x2C }
  @inlinable public static var hyphen: UInt8 { 0x2D }
  @inlinable public static var period: UInt8 { 0x2E }
  @inlinable public static var slash: UInt8 { 0x2F }
  @inlinable public static var zero: UInt8 { 0x30 }
  @inlinable public static var colon: UInt8 { 0x3A }
  @inlinable public static var semicolon: UInt8 { 0x3B }
  @inlinable public static var equals: UInt8 { 0x3D }
  @inlinable public static var question: UInt8 { 0x3F }
  @inlinable public static var at: UInt8 { 0x40 }
  @inlinable public static var leftBracket: UInt8 { 0x5B }
  @inlinable public static var backslash: UInt8 { 0x5C }
  @inlinable public static var rightBracket: UInt8 { 0x5D }
  @inlinable public static var underscore: UInt8 { 0x5F }

  /// Whether this is SP or HTAB, the whitespace of OWS and BWS (RFC 9110 §5.6.3).
  @inlinable public var isWhitespace: Bool { self == .space || self == .tab }

  /// Whether this is DIGIT, `0` to `9`.
  @inlinable public var isDigit: Bool { self &- .zero < 10 }

  /// This octet with `A` to `Z` turned into `a` to `z`.
  @inlinable public var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// The value of a HEXDIG of either case; nil for any other octet.
  @inlinable public var hexDigitValue: UInt8? {
    let digit = self &- .zero
    if digit < 10 { return digit }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }

  /// The upper-case HEXDIG of the low four bits of `value`.
  @inlinable public static func hexDigit(_ value: UInt8) -> UInt8 {
    let digit = value & 0xF
    return digit < 10 ? .zero &+ digit : 0x37 &+ digit
  }
}
