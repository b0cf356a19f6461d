extension Span where Element == UInt8 {
  /// The offset of the first `byte` from `start` on and before `end`; `end` when there is none.
  @inlinable @inline(__always)
  public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= count)
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    var index = start
    while index &+ 8 <= end {
      // Sound, here and below: both ends were just checked.
      let found = (unsafe uncheckedWord(at: index) ^ pattern).zeroOctets
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < end {
      if unsafe self[unchecked: index] == byte { return index }
      index &+= 1
    }
    return max(start, end)
  }

  /// The offset of the first octet that a field value cannot hold: a control octet other than
  /// HTAB (RFC 9110 §5.5). `end` when there is none from `start` on.
  @inline(never)
  public func firstControl(from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= count)
    var index = start
    while index &+ 8 <= end {
      let octets = unsafe uncheckedWord(at: index)
      // Below 0x80, only what is less than 0x20 borrows in the first, and only DEL in the second.
      let borrows =
        (octets &- 0x2020_2020_2020_2020)
        | ((octets ^ 0x7F7F_7F7F_7F7F_7F7F) &- 0x0101_0101_0101_0101)
      let found = borrows & ~octets & 0x8080_8080_8080_8080
      if found == 0 {
        index &+= 8
        continue
      }
      index &+= found.trailingZeroBitCount &>> 3
      if self[index] != .tab { return index }
      index &+= 1
    }
    while index < end {
      if !ByteSet.fieldValue.contains(self[index]) { return index }
      index &+= 1
    }
    return max(start, end)
  }

  /// The offset of the first octet outside of `set` from `start` on; `end` when there is none.
  @inlinable @inline(__always)
  public func firstIndex(notIn set: ByteSet, from start: Int, to end: Int) -> Int {
    precondition(start >= 0 && end <= count)
    var index = start
    // Sound: both ends were just checked.
    while index < end, set.contains(unsafe self[unchecked: index]) { index &+= 1 }
    return index
  }

  /// `range` without the OWS at its ends (RFC 9110 §5.6.3).
  @inlinable
  public func trimmingWhitespace(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start].isWhitespace { start &+= 1 }
    while start < end, self[end &- 1].isWhitespace { end &-= 1 }
    return start..<end
  }
}
