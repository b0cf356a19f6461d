extension JSONReader {
  /// Reads a string (RFC 8259 §7); nil when it is not closed or holds what must not be there.
  mutating func readString() -> String? {
    let start = position + 1
    position = start
    while let byte = current {
      if byte == UInt8(ascii: "\"") {
        position += 1
        return String(decoding: bytes[start..<position - 1], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      position += 1
    }
    return readEscapedString(from: start)
  }

  /// The rest of a string in which something is escaped or wrong.
  private mutating func readEscapedString(from start: Int) -> String? {
    var octets = Array(bytes[start..<position])
    var isValid = true
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return isValid ? String(decoding: octets, as: UTF8.self) : nil
      case UInt8(ascii: "\\"):
        if let scalar = readEscape() {
          octets.append(contentsOf: String(Character(scalar)).utf8)
        } else {
          isValid = false
        }
      case 0x0A, 0x0D:
        fail("the string is not closed on its line", at: start - 1)
        excusesMissingComma = true
        return nil
      case 0x00..<0x20:
        fail("a control character in a string must be escaped")
        isValid = false
        position += 1
      default:
        octets.append(byte)
        position += 1
      }
    }
    fail("the string is never closed", at: start - 1)
    return nil
  }

  /// Reads an escape; nil, with the problem reported, when it is none.
  private mutating func readEscape() -> UnicodeScalar? {
    let start = position
    let letter = position + 1 < bytes.count ? bytes[position + 1] : 0
    position = min(position + 2, bytes.count)
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return readUnicodeEscape(from: start)
    default:
      // The end of the line or of the file is reported as such, not as an escape.
      if letter < 0x20 {
        position = start + 1
      } else {
        fail("there is no such escape; a backslash is written \\\\", at: start)
      }
      return nil
    }
  }

  private mutating func readUnicodeEscape(from start: Int) -> UnicodeScalar? {
    guard let unit = readHexadecimal() else {
      fail("expected four hexadecimal digits after \\u", at: start)
      return nil
    }
    guard 0xD800...0xDFFF ~= unit else { return UnicodeScalar(unit) }
    // A surrogate is half of a character (RFC 8259 §7); one alone is none.
    if unit < 0xDC00, bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      if let low = readHexadecimal(), 0xDC00...0xDFFF ~= low {
        return UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      }
    }
    fail("half of a surrogate pair", at: start)
    return nil
  }

  /// Reads four hexadecimal digits, or nothing.
  private mutating func readHexadecimal() -> UInt32? {
    let digits = bytes[position...].prefix(4)
    let isHexadecimal = digits.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
      default: false
      }
    }
    guard digits.count == 4, isHexadecimal else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// Skips a string in what cannot be understood, without looking at what is in it.
  mutating func skipString() {
    position += 1
    while let byte = current, byte != UInt8(ascii: "\n") {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return }
    }
    position = min(position, bytes.count)
  }
}
