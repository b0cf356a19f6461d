import Bytes

/// Reads the primitives of a field block from front to back (RFC 7541 §5).
struct BlockReader {
  /// The offset of the next octet.
  private(set) var position = 0

  func isAtEnd(of block: Span<UInt8>) -> Bool { position >= block.count }

  /// An integer whose first octet has `prefixBits` bits of it (§5.1).
  @inline(__always)
  mutating func integer(_ block: Span<UInt8>, prefixBits: UInt8) throws(HPACKError) -> Int {
    guard position < block.count else { throw .truncated }
    let mask = UInt8.max &>> (8 &- prefixBits)
    let prefix = block[position] & mask
    position &+= 1
    return prefix < mask ? Int(prefix) : try longInteger(block, prefix)
  }

  /// The rest of an integer that does not fit its prefix.
  @inline(never)
  private mutating func longInteger(
    _ block: Span<UInt8>, _ prefix: UInt8
  ) throws(HPACKError) -> Int {
    var value = UInt64(prefix)
    var shift: UInt64 = 0
    // Five octets have room for 35 bits: the sum cannot overflow, and zeros cannot go on for ever.
    while shift < 35 {
      guard position < block.count else { throw .truncated }
      let octet = block[position]
      position &+= 1
      value &+= UInt64(octet & 0x7F) &<< shift
      shift &+= 7
      if octet & 0x80 == 0 {
        guard value <= UInt64(UInt32.max) else { throw .integerTooLarge }
        return Int(value)
      }
    }
    throw .integerTooLarge
  }

  /// Appends a string literal to `output`, decoded (§5.2).
  mutating func string(
    _ block: Span<UInt8>, into output: inout OutputBuffer
  ) throws(HPACKError) {
    guard position < block.count else { throw .truncated }
    let isHuffman = block[position] & 0x80 != 0
    let length = try integer(block, prefixBits: 7)
    guard length <= block.count &- position else { throw .truncated }
    let range = position..<position &+ length
    position = range.upperBound
    if !isHuffman { return output.append(block.extracting(range)) }
    try Huffman.decode(block, range, into: &output)
  }
}
