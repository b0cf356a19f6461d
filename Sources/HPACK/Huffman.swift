import Bytes

/// The Huffman code for string literals (RFC 7541 §5.2, Appendix B).
enum Huffman {
  /// The octets that ``encode(_:_:count:into:)`` writes, padding included.
  @inline(__always)
  static func encodedCount(of bytes: Span<UInt8>, _ letters: Letters) -> Int {
    var bits = 0
    for index in bytes.indices {
      let octet = letters == .kept ? bytes[index] : bytes[index].lowercased
      bits &+= Int(lengths[Int(octet)])
    }
    return (bits &+ 7) &>> 3
  }

  /// Appends `bytes` encoded.
  ///
  /// - Parameter count: What ``encodedCount(of:_:)`` says.
  @inline(__always)
  static func encode(
    _ bytes: Span<UInt8>, _ letters: Letters, count: Int, into output: inout OutputBuffer
  ) {
    output.append(upTo: count) { room in
      var window: UInt64 = 0
      // Bits in the window that were not written yet: below 32 between two octets, so that the
      // longest code, of 30 bits, always fits.
      var pending: UInt64 = 0
      for index in bytes.indices {
        let octet = letters == .kept ? bytes[index] : bytes[index].lowercased
        let length = UInt64(lengths[Int(octet)])
        window = window &<< length | UInt64(codes[Int(octet)])
        pending &+= length
        if pending >= 32 {
          pending &-= 32
          let ready = UInt32(truncatingIfNeeded: window &>> pending)
          room.append(UInt64(ready.byteSwapped), length: 4)
        }
      }
      // Padded with the first bits of EOS, which are ones.
      let rest = window << (64 &- pending) | UInt64.max >> pending
      room.append(rest.byteSwapped, length: Int(truncatingIfNeeded: (pending &+ 7) &>> 3))
    }
  }
}
