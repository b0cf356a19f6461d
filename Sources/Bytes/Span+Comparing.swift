extension Span where Element == UInt8 {
  /// Whether these are exactly the octets of `text`.
  ///
  /// Always inlined, so that the octets of a literal become constants and its length unrolls the
  /// loop.
  @inlinable @inline(__always)
  public func equals(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count == length else { return false }
    if length >= 8 {
      var index = 0
      while index &+ 8 <= length {
        if word(at: index) != text.word(at: index) { return false }
        index &+= 8
      }
      // The rest overlaps with what was compared before: one load instead of a loop.
      return word(at: length &- 8) == text.word(at: length &- 8)
    }
    if length >= 4 {
      return halfWord(at: 0) == text.halfWord(at: 0)
        && halfWord(at: length &- 4) == text.halfWord(at: length &- 4)
    }
    for index in 0..<length where self[index] != text.octet(at: index) { return false }
    return true
  }

  /// Whether these are the octets of `text`, ASCII letters of either case taken as equal.
  ///
  /// - Precondition: `text` is in lower case.
  @inlinable @inline(__always)
  public func equalsIgnoringCase(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count == length else { return false }
    if length >= 8 {
      var index = 0
      while index &+ 8 <= length {
        if word(at: index).lowercasedOctets != text.word(at: index) { return false }
        index &+= 8
      }
      return word(at: length &- 8).lowercasedOctets == text.word(at: length &- 8)
    }
    if length >= 4 {
      return UInt64(halfWord(at: 0)).lowercasedOctets == UInt64(text.halfWord(at: 0))
        && UInt64(halfWord(at: length &- 4)).lowercasedOctets
          == UInt64(text.halfWord(at: length &- 4))
    }
    for index in 0..<length where self[index].lowercased != text.octet(at: index) { return false }
    return true
  }

  /// Whether `other` has the same octets.
  @inlinable
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index &+ 8 <= count {
      if word(at: index) != other.word(at: index) { return false }
      index &+= 8
    }
    // The rest overlaps with what was compared before: one load instead of a loop.
    if count >= 8 { return word(at: count &- 8) == other.word(at: count &- 8) }
    while index < count {
      if self[index] != other[index] { return false }
      index &+= 1
    }
    return true
  }

  /// Whether `other` has the same octets, ASCII letters of either case taken as equal.
  @inlinable
  public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index &+ 8 <= count {
      if word(at: index).lowercasedOctets != other.word(at: index).lowercasedOctets { return false }
      index &+= 8
    }
    while index < count {
      if self[index].lowercased != other[index].lowercased { return false }
      index &+= 1
    }
    return true
  }

  /// Whether the first octets are those of `text`, ASCII letters of either case taken as equal.
  ///
  /// - Precondition: `text` is in lower case.
  @inlinable
  public func startsIgnoringCase(with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    return count >= length && extracting(0..<length).equalsIgnoringCase(text)
  }
}
