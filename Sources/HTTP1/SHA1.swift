import Bytes

/// The hash of RFC 3174. Broken as a signature; WebSocket uses it as a checksum only.
enum SHA1 {
  private static let blockOctets = 64

  /// The 20 octets of the hash of `message`.
  static func digest(_ message: Span<UInt8>) -> [20 of UInt8] {
    var hash: [5 of UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    // The octet 0x80 and eight octets of length follow the message.
    let blocks = (message.count &+ 8) / blockOctets &+ 1
    for block in 0..<blocks {
      mix(words(of: message, block, isLast: block == blocks &- 1), into: &hash)
    }
    var digest = [20 of UInt8](repeating: 0)
    for index in 0..<20 {
      digest[index] = UInt8(truncatingIfNeeded: hash[index / 4] &>> UInt32(24 &- 8 &* (index % 4)))
    }
    return digest
  }

  /// A block of the padded message, as big-endian words.
  private static func words(
    of message: Span<UInt8>, _ block: Int, isLast: Bool
  ) -> [16 of UInt32] {
    var words = [16 of UInt32](repeating: 0)
    for offset in 0..<blockOctets {
      let index = block &* blockOctets &+ offset
      guard index <= message.count else { break }
      let octet = index < message.count ? message[index] : 0x80
      words[offset / 4] |= UInt32(octet) &<< UInt32(24 &- 8 &* (offset % 4))
    }
    if isLast {
      let bits = UInt64(message.count) &* 8
      words[14] = UInt32(truncatingIfNeeded: bits &>> 32)
      words[15] = UInt32(truncatingIfNeeded: bits)
    }
    return words
  }

  private static func mix(_ block: [16 of UInt32], into hash: inout [5 of UInt32]) {
    var words = block
    var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
    for round in 0..<80 {
      let slot = round & 15
      if round >= 16 {
        let mixed =
          words[(slot &+ 13) & 15] ^ words[(slot &+ 8) & 15] ^ words[(slot &+ 2) & 15] ^ words[slot]
        words[slot] = rotate(mixed, by: 1)
      }
      let (chosen, constant): (UInt32, UInt32) =
        switch round {
        case 0..<20: (b & c | ~b & d, 0x5A82_7999)
        case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
        case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
        default: (b ^ c ^ d, 0xCA62_C1D6)
        }
      let next = rotate(a, by: 5) &+ chosen &+ e &+ constant &+ words[slot]
      (a, b, c, d, e) = (next, a, rotate(b, by: 30), c, d)
    }
    hash[0] &+= a
    hash[1] &+= b
    hash[2] &+= c
    hash[3] &+= d
    hash[4] &+= e
  }

  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word &<< count | word &>> (32 &- count)
  }
}
