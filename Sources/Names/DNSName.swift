/// A domain name as it stands in messages (RFC 1035 §3.1), without compression: labels, each behind
/// its length, and a 0. In lower case, since case does not matter (RFC 4343).
struct DNSName: Hashable {
  private(set) var octets: [UInt8] = []

  /// With the final 0 (RFC 1035 §2.3.4).
  static let mostOctets = 255

  /// Reads the name at `position` of `message`, and moves `position` behind it.
  ///
  /// Pointers lead back, each to before the last one, so that there is no way to go round.
  init(in message: Span<UInt8>, at position: inout Int) throws(DNSMessageError) {
    var index = position
    var earliest = position
    var hasJumped = false
    while true {
      guard index < message.count else { throw .cutShort }
      let length = Int(message[index])
      switch length >> 6 {
      case 0:
        let end = index + 1 + length
        guard end <= message.count else { throw .cutShort }
        guard octets.count + 1 + length <= Self.mostOctets else { throw .nameTooLong }
        for place in index..<end { octets.append(lowercased(message[place])) }
        index = end
        if length == 0 {
          if !hasJumped { position = end }
          return
        }
      case 3:
        guard index + 1 < message.count else { throw .cutShort }
        let target = (length & 0x3F) << 8 | Int(message[index + 1])
        guard target < earliest else { throw .badPointer }
        if !hasJumped { position = index + 2 }
        (index, earliest, hasJumped) = (target, target, true)
      default: throw .badLabel
      }
    }
  }

  var isRoot: Bool { octets == [0] }

  /// As text without a final dot; nil for the root, and where a label is none that a host has.
  var hostName: String? {
    var text: [UInt8] = []
    var index = 0
    while index < octets.count, octets[index] > 0 {
      let end = index + 1 + Int(octets[index])
      if !text.isEmpty { text.append(UInt8(ascii: ".")) }
      for octet in octets[index + 1..<end] {
        guard isHostOctet(octet) else { return nil }
        text.append(octet)
      }
      index = end
    }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }
}

private func lowercased(_ octet: UInt8) -> UInt8 {
  // A label's length is at most 63, below the letters.
  UInt8(ascii: "A")...UInt8(ascii: "Z") ~= octet ? octet | 0x20 : octet
}

private func isHostOctet(_ octet: UInt8) -> Bool {
  switch octet {
  case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
  default: false
  }
}
