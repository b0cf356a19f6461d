import Bytes

/// Finds the octets of a request target that need a look, eight at a time.
///
/// Wider than RFC 3986 in what it passes: browsers send `|`, `{` and others as they are.
public enum TargetScanner {
  /// The offset of the first octet from `start` on that ends a path, cannot stand in one, or may
  /// make it need normalising: other than visible ASCII, or one of `#?%.\`. `end` when there is
  /// none.
  public static func firstSpecialInPath(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while index &+ 8 <= end {
      let octets = bytes.word(at: index)
      let found =
        (invisible(octets) | borrow(octets, on: 0x23) | borrow(octets, on: 0x3F)
          | borrow(octets, on: 0x25) | borrow(octets, on: 0x2E) | borrow(octets, on: 0x5C)
          | octets) & 0x8080_8080_8080_8080
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < end, isPlainInPath(bytes[index]) { index &+= 1 }
    return index
  }

  /// The offset of what ends the path from `start` on: a `?`, or an octet that no target has. `end`
  /// when there is none.
  ///
  /// - Parameter needsNormalizing: Set when the path may not be in its normal form.
  public static func endOfPath(
    _ bytes: Span<UInt8>, from start: Int, to end: Int, needsNormalizing: inout Bool
  ) -> Int {
    var index = start
    while true {
      index = firstSpecialInPath(bytes, from: index, to: end)
      guard index < end else { return end }
      switch bytes[index] {
      case .percent, .backslash: needsNormalizing = true
      case .period:
        // Only a segment that starts with a dot can be a dot segment.
        if index > start, bytes[index &- 1] == .slash { needsNormalizing = true }
      default: return index
      }
      index &+= 1
    }
  }

  /// The offset of the first octet from `start` on that ends a query or cannot stand in one: other
  /// than visible ASCII, or `#`. `end` when there is none.
  public static func firstSpecialInQuery(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int
  {
    var index = start
    while index &+ 8 <= end {
      let octets = bytes.word(at: index)
      let found =
        (invisible(octets) | borrow(octets, on: 0x23) | octets) & 0x8080_8080_8080_8080
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < end, isPlainInQuery(bytes[index]) { index &+= 1 }
    return index
  }

  static func isPlainInQuery(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != 0x23
  }

  static func isPlainInPath(_ byte: UInt8) -> Bool {
    switch byte {
    case .question, .percent, .period, .backslash: false
    default: isPlainInQuery(byte)
    }
  }

  // Both set the high bit of the lowest octet that is looked for, among those below 0x80. They may
  // set it wrongly above that one, and for octets from 0x80 on, which end the search anyway.

  /// Control octets, SP and DEL.
  @inline(__always)
  private static func invisible(_ octets: UInt64) -> UInt64 {
    (octets &- 0x2121_2121_2121_2121) | borrow(octets, on: 0x7F)
  }

  @inline(__always)
  private static func borrow(_ octets: UInt64, on byte: UInt8) -> UInt64 {
    (octets ^ (UInt64(byte) &* 0x0101_0101_0101_0101)) &- 0x0101_0101_0101_0101
  }
}
