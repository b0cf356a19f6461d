import Bytes

/// Decoding takes a window of bits at a time, which holds one or two symbols mostly: half the
/// look-ups of a state machine that steps by four bits, and its tables are smaller.
extension Huffman {
  /// Bits of a string that were read and not decoded yet.
  private struct Bits {
    /// The next bits, left-aligned. Behind `count` bits stand zeros or bits that will be read again.
    var window: UInt64 = 0
    var count = 0
    /// The offset of the next octet to read.
    var position = 0

    /// Reads so much that at least 56 bits are there.
    ///
    /// - Precondition: Eight octets are left.
    @inline(__always)
    mutating func readWord(of bytes: Span<UInt8>) {
      window |= bytes.word(at: position).byteSwapped &>> UInt64(count)
      let octets = (63 &- count) &>> 3
      position &+= octets
      count &+= octets &* 8
    }

    /// Reads so much that at least 56 bits or all that are left are there.
    @inline(__always)
    mutating func readOctets(of bytes: Span<UInt8>) {
      while count < 56, position < bytes.count {
        window |= UInt64(bytes[position]) &<< UInt64(56 &- count)
        position &+= 1
        count &+= 8
      }
    }

    @inline(__always)
    mutating func drop(_ length: Int) {
      window &<<= UInt64(length)
      count &-= length
    }
  }

  /// Appends what `bytes` stands for to `output`.
  static func decode(
    _ bytes: Span<UInt8>, into output: inout OutputBuffer
  ) throws(HPACKError) {
    var bits = Bits()
    while bits.position &+ 8 <= bytes.count {
      bits.readWord(of: bytes)
      // The longest code has 30 bits, so no code is cut off in here.
      repeat {
        let entry = windows[Int(bits.window &>> (64 &- windowBits))]
        if entry != 0 {
          output.append(UInt64(entry & 0xFFFF), length: Int(entry &>> 24))
          bits.drop(Int(entry &>> 20 & 0xF))
        } else {
          guard let (octet, length) = longCode(bits.window) else { throw .endOfStringSymbol }
          output.append(octet)
          bits.drop(length)
        }
      } while bits.count >= 30
    }
    try decodeEnd(of: bytes, &bits, into: &output)
  }

  /// Decodes the last octets, symbol by symbol, and checks the padding.
  private static func decodeEnd(
    of bytes: Span<UInt8>, _ bits: inout Bits, into output: inout OutputBuffer
  ) throws(HPACKError) {
    while true {
      bits.readOctets(of: bytes)
      // As if EOS followed: what is no whole code then is padding, or wrong.
      let padded = bits.window | UInt64.max >> UInt64(bits.count)
      let entry = windows[Int(padded &>> (64 &- windowBits))]
      let code: (octet: UInt8, length: Int)? =
        entry != 0
        ? (UInt8(truncatingIfNeeded: entry), Int(entry &>> 16 & 0xF)) : longCode(padded)
      guard let code, code.length <= bits.count else {
        if code == nil, bits.count >= 30 { throw .endOfStringSymbol }
        guard bits.count < 8, padded == .max else { throw .invalidPadding }
        return
      }
      output.append(code.octet)
      bits.drop(code.length)
    }
  }

  /// The symbol that the window begins with, by a code longer than ``windowBits``; nil for EOS.
  @inline(never)
  private static func longCode(_ window: UInt64) -> (octet: UInt8, length: Int)? {
    let next = UInt32(truncatingIfNeeded: window &>> 32)
    for length in Int(windowBits) &+ 1...30 where next < longEnds[length] {
      let code = Int32(truncatingIfNeeded: next &>> UInt32(32 &- length))
      return (longSymbols[Int(code &+ longOffsets[length])], length)
    }
    return nil
  }
}
