import Bytes

/// Makes octets that a client chose harmless inside of a log line.
///
/// What comes out holds no line end, no quote that could end the text, and no control octet that a
/// terminal would obey.
enum LogEscaping {
  /// Appends `text` as the inside of a JSON string (RFC 8259 §7).
  ///
  /// Valid UTF-8 stays; an octet that is no part of any becomes `\u00XX`, so that the line is
  /// always valid JSON and no octet is lost.
  static func writeJSON(_ text: Span<UInt8>, into output: inout OutputBuffer) {
    var index = 0
    while index < text.count {
      let special = firstSpecial(in: text, from: index)
      output.append(text.extracting(index..<special))
      guard special < text.count else { return }
      let byte = text[special]
      let length = byte < 0x80 ? 0 : utf8Length(in: text, at: special)
      if length > 0 {
        output.append(text.extracting(special..<(special &+ length)))
        index = special &+ length
        continue
      }
      if byte == .doubleQuote || byte == .backslash {
        output.append(.backslash)
        output.append(byte)
      } else {
        output.append("\\u00")
        writeHex(byte, into: &output)
      }
      index = special &+ 1
    }
  }

  /// Appends the octets of `text` up to one that has to be escaped, or a few before it, for a line whose
  /// pieces have room already.
  ///
  /// - Returns: How many octets that are.
  static func writePlain(_ text: Span<UInt8>, into room: inout OutputRoom) -> Int {
    let count = text.count
    if count < 8 {
      let word = text.shortWord
      if hasSpecial(word) { return 0 }
      room.append(word, length: count)
      return count
    }
    var index = 0
    while index &+ 8 <= count {
      let word = text.word(at: index)
      if hasSpecial(word) { return index }
      room.append(word, length: 8)
      index &+= 8
    }
    if index == count { return count }
    // One load that overlaps with what is written already.
    let word = text.word(at: count &- 8)
    if hasSpecial(word) { return index }
    room.append(word &>> UInt64((8 &- (count &- index)) &* 8), length: count &- index)
    return count
  }

  /// Appends `text` with quotes, backslashes, control octets and all beyond ASCII as `\xHH`.
  static func writeText(_ text: Span<UInt8>, into output: inout OutputBuffer) {
    var index = 0
    while index < text.count {
      let special = firstSpecial(in: text, from: index)
      output.append(text.extracting(index..<special))
      guard special < text.count else { return }
      output.append("\\x")
      writeHex(text[special], into: &output)
      index = special &+ 1
    }
  }

  /// The offset of the first octet that is not printable ASCII, or a quote, or a backslash.
  private static func firstSpecial(in text: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index &+ 8 <= text.count, !hasSpecial(text.word(at: index)) { index &+= 8 }
    // The rest of less than eight octets: one load that overlaps with what was seen before.
    if index < text.count, index &+ 8 > text.count, text.count >= 8,
      !hasSpecial(text.word(at: text.count &- 8))
    {
      return text.count
    }
    while index < text.count {
      let byte = text[index]
      if byte &- 0x20 >= 0x5F || byte == .doubleQuote || byte == .backslash { return index }
      index &+= 1
    }
    return index
  }

  /// Whether one of eight octets is special. It may say so wrongly next to one that is.
  @inline(__always)
  private static func hasSpecial(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = (word ^ ones &* 0x22) &- ones
    let backslashes = (word ^ ones &* 0x5C) &- ones
    let controls = word &- ones &* 0x20
    let deletes = word &+ ones
    return (quotes | backslashes | controls | deletes | word) & (ones &* 0x80) != 0
  }

  private static func writeHex(_ byte: UInt8, into output: inout OutputBuffer) {
    output.append(.hexDigit(byte >> 4))
    output.append(.hexDigit(byte))
  }

  /// The length of the well-formed UTF-8 sequence beyond ASCII at `index` (Unicode 3.9, table 3-7);
  /// 0 if there is none.
  private static func utf8Length(in text: Span<UInt8>, at index: Int) -> Int {
    let second: ClosedRange<UInt8>
    let length: Int
    switch text[index] {
    case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
    case 0xE0: (second, length) = (0xA0...0xBF, 3)
    case 0xED: (second, length) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
    case 0xF0: (second, length) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
    case 0xF4: (second, length) = (0x80...0x8F, 4)
    case _: return 0
    }
    guard index &+ length <= text.count, second.contains(text[index &+ 1]) else { return 0 }
    for next in (index &+ 2)..<(index &+ max(length, 2)) where text[next] & 0xC0 != 0x80 {
      return 0
    }
    return length
  }
}
