import Bytes

/// The primitives of a field block (RFC 7541 §5).
extension OutputBuffer {
  /// An integer with a prefix of `prefixBits` bits (§5.1).
  ///
  /// - Parameter pattern: The bits above the prefix, which say what the integer begins.
  @inline(__always)
  mutating func append(integer value: Int, prefixBits: UInt8, pattern: UInt8) {
    let mask = UInt8.max &>> (8 &- prefixBits)
    if value < Int(mask) { return append(pattern | UInt8(truncatingIfNeeded: value)) }
    append(pattern | mask)
    appendRest(value &- Int(mask))
  }

  /// The rest of an integer that does not fit its prefix.
  @inline(never)
  private mutating func appendRest(_ value: Int) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// A string literal, Huffman-encoded when that is shorter (§5.2).
  mutating func append(literal bytes: Span<UInt8>) {
    let encoded = Huffman.encodedCount(of: bytes, .kept)
    if encoded < bytes.count {
      append(integer: encoded, prefixBits: 7, pattern: 0x80)
      return Huffman.encode(bytes, .kept, count: encoded, into: &self)
    }
    append(integer: bytes.count, prefixBits: 7, pattern: 0)
    append(bytes)
  }

  /// The same for a field name, which is written in lower case.
  mutating func append(name bytes: Span<UInt8>) {
    let encoded = Huffman.encodedCount(of: bytes, .lowered)
    if encoded < bytes.count {
      append(integer: encoded, prefixBits: 7, pattern: 0x80)
      return Huffman.encode(bytes, .lowered, count: encoded, into: &self)
    }
    append(integer: bytes.count, prefixBits: 7, pattern: 0)
    for index in bytes.indices { append(bytes[index].lowercased) }
  }
}
