import Bytes

/// Decoding takes a window of bits at a time, which holds one or two symbols mostly: half the
/// look-ups of a state machine that steps by four bits, and its tables are smaller.
extension Huffman {
  /// Bits of a string that were read and not decoded yet.
  private struct Bits {
    /// The next bits, left-aligned. Behind `count` bits stands whatever follows in the block.
    var window: UInt64 = 0
    var count: UInt64 = 0
    /// The offset of the next octet to read.
    var position: Int
    /// The offset at which the string ends.
    let end: Int

    /// Reads so much that at least 56 bits or all that are left are there.
    ///
    /// - Precondition: Octets are left, and at most 55 bits are there.
    @inline(__always)
    mutating func read(_ block: Span<UInt8>) {
      // What was read beyond `count` before is read again, and is the same.
      window |= block.nextOctets(from: position) &>> count
      let octets = min(Int(truncatingIfNeeded: (63 &- count) &>> 3), end &- position)
      position &+= octets
      count &+= UInt64(truncatingIfNeeded: octets) &* 8
    }

    @inline(__always)
    mutating func drop(_ length: UInt32) {
      window &<<= UInt64(length)
      count &-= UInt64(length)
    }
  }

  /// Appends what the octets of `block` in `range` stand for to `output`.
  static func decode(
    _ block: Span<UInt8>, _ range: Range<Int>, into output: inout OutputBuffer
  ) throws(HPACKError) {
    // No code is shorter than five bits.
    try output.append(upTo: range.count &* 8 / 5) { room throws(HPACKError) in
      var bits = Bits(position: range.lowerBound, end: range.upperBound)
      while bits.position < bits.end {
        bits.read(block)
        // The longest code has 30 bits, so no code is cut off in here.
        while bits.count >= 30 {
          let entry = windows[Int(truncatingIfNeeded: bits.window &>> (64 &- windowBits))]
          if entry != 0 {
            room.append(UInt64(entry), length: Int(entry &>> 24))
            bits.drop(entry &>> 20 & 0xF)
          } else {
            guard let (octet, length) = longCode(bits.window) else { throw .endOfStringSymbol }
            room.append(UInt64(octet), length: 1)
            bits.drop(length)
          }
        }
      }
      try decodeEnd(bits, into: &room)
    }
  }

  /// Decodes the last bits, fewer than 30, and checks the padding.
  @inline(__always)
  private static func decodeEnd(
    _ last: Bits, into room: inout OutputRoom
  ) throws(HPACKError) {
    var bits = last
    while true {
      // As if EOS followed: what is no whole code then is padding, or wrong.
      let padded = bits.window | UInt64.max >> bits.count
      if padded == .max, bits.count < 8 { return }
      let entry = windows[Int(truncatingIfNeeded: padded &>> (64 &- windowBits))]
      let (one, both) = (entry &>> 16 & 0xF, entry &>> 20 & 0xF)
      if entry != 0, both <= bits.count {
        room.append(UInt64(entry), length: Int(entry &>> 24))
        bits.drop(both)
      } else if entry != 0, one <= bits.count {
        room.append(UInt64(entry), length: 1)
        bits.drop(one)
      } else if entry == 0, let (octet, length) = longCode(padded), length <= bits.count {
        room.append(UInt64(octet), length: 1)
        bits.drop(length)
      } else {
        throw .invalidPadding
      }
    }
  }

  /// The symbol that the window begins with, by a code longer than ``windowBits``; nil for EOS.
  @inline(never)
  private static func longCode(_ window: UInt64) -> (octet: UInt8, length: UInt32)? {
    let next = UInt32(truncatingIfNeeded: window &>> 32)
    for length in Int(windowBits) &+ 1...30 where next < longEnds[length] {
      let code = Int32(truncatingIfNeeded: next &>> UInt32(32 &- length))
      return (
        longSymbols[Int(code &+ longOffsets[length])], UInt32(truncatingIfNeeded: length)
      )
    }
    return nil
  }
}

extension Span where Element == UInt8 {
  /// The octets from `position` on, the first one highest; zeros behind the last.
  ///
  /// - Precondition: `position` is that of an octet.
  @inline(__always)
  fileprivate func nextOctets(from position: Int) -> UInt64 {
    if position &+ 8 <= count { return word(at: position).byteSwapped }
    return lastOctets(from: position)
  }

  @inline(never)
  private func lastOctets(from position: Int) -> UInt64 {
    if count >= 8 {
      let missing = UInt64(truncatingIfNeeded: position &+ 8 &- count) &* 8
      return word(at: count &- 8).byteSwapped &<< missing
    }
    var octets: UInt64 = 0
    for index in position..<count { octets = octets &<< 8 | UInt64(self[index]) }
    return octets &<< UInt64(truncatingIfNeeded: (8 &- (count &- position)) &* 8)
  }
}
