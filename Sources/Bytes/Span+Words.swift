/// Eight octets at a time. The bulk steps of searching and comparing are built on these loads.
extension Span where Element == UInt8 {
  /// The eight octets from `offset`, the first one lowest.
  @inlinable @inline(__always)
  public func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= count &- 8)
    // Sound: the eight octets lie inside the span, as just checked.
    return UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// The eight octets from `offset`, unchecked: for loops that have checked where they end.
  @unsafe @inlinable @inline(__always)
  func uncheckedWord(at offset: Int) -> UInt64 {
    UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// The four octets from `offset`, the first one lowest.
  @inlinable @inline(__always)
  public func halfWord(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= count &- 4)
    // Sound: the four octets lie inside the span, as just checked.
    return UInt32(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// The octets of a span of 1 to 7, the first one lowest, and spaces behind them.
  @inlinable @inline(__always)
  public var shortWord: UInt64 {
    precondition(count > 0 && count < 8)
    let octets: UInt64
    // Loads that overlap agree about what both have.
    if count >= 4 {
      octets =
        UInt64(halfWord(at: 0)) | UInt64(halfWord(at: count &- 4)) &<< UInt64((count &- 4) &* 8)
    } else {
      let middle = count &>> 1
      octets =
        UInt64(self[0]) | UInt64(self[middle]) &<< UInt64(middle &* 8)
        | UInt64(self[count &- 1]) &<< UInt64((count &- 1) &* 8)
    }
    return octets | 0x2020_2020_2020_2020 &<< UInt64(count &* 8)
  }
}

extension StaticString {
  /// The octets of the string, which stay for ever.
  ///
  /// - Precondition: It has a pointer representation, as every literal of more than one character
  ///   has.
  public var octets: Span<UInt8> {
    @_lifetime(immortal) get {
      // Sound: a static string with a pointer representation has its octets for ever.
      let all = unsafe Span<UInt8>(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
      return unsafe _overrideLifetime(all, copying: ())
    }
  }

  /// The eight octets from `offset`, the first one lowest. A constant when `self` is a literal.
  @inlinable @inline(__always)
  func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= utf8CodeUnitCount &- 8)
    // Sound: the literal has `utf8CodeUnitCount` octets, as just checked, and lives for ever.
    return UInt64(
      littleEndian: unsafe UnsafeRawPointer(utf8Start).loadUnaligned(
        fromByteOffset: offset, as: UInt64.self))
  }

  /// The four octets from `offset`, the first one lowest. A constant when `self` is a literal.
  @inlinable @inline(__always)
  func halfWord(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= utf8CodeUnitCount &- 4)
    // Sound: the literal has `utf8CodeUnitCount` octets, as just checked, and lives for ever.
    return UInt32(
      littleEndian: unsafe UnsafeRawPointer(utf8Start).loadUnaligned(
        fromByteOffset: offset, as: UInt32.self))
  }

  /// The octet at `offset`.
  @inlinable @inline(__always)
  public func octet(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < utf8CodeUnitCount)
    // Sound: the offset was just checked, and the literal lives for ever.
    return unsafe utf8Start[offset]
  }
}

extension UInt64 {
  /// This word of eight octets with `A` to `Z` turned into `a` to `z`, octet by octet.
  @inlinable @inline(__always)
  var lowercasedOctets: UInt64 {
    // The low seven bits of each octet are pushed past bit 7 by adding what is missing to it, so
    // no octet carries into its neighbour.
    let sevenBits = self & 0x7F7F_7F7F_7F7F_7F7F
    let pastZ = sevenBits &+ 0x2525_2525_2525_2525
    let fromA = sevenBits &+ 0x3F3F_3F3F_3F3F_3F3F
    let isUppercase = (fromA ^ pastZ) & ~self & 0x8080_8080_8080_8080
    return self | isUppercase &>> 2
  }

  /// The high bit of the lowest octet that is zero. Bits above that one may be set wrongly.
  @inlinable @inline(__always)
  var zeroOctets: UInt64 {
    (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080
  }
}
