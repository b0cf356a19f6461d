import Bytes

/// Makes octets that a client chose harmless inside of a log line.
///
/// What comes out holds no line end, no quote that could end the text, and no control octet or
/// character that a terminal, or whoever reads lines, would obey.
enum LogEscaping {
  /// How many octets one octet of a text becomes at most.
  static let mostOctets = 6

  /// Appends `text` as the inside of a JSON string (RFC 8259 §7).
  ///
  /// Valid UTF-8 stays, but for characters that begin a line or turn the direction of the text,
  /// which become `\u` with their code; so does an octet that is no part of any character, so that
  /// the line is always valid JSON.
  static func writeJSON(_ text: Span<UInt8>, into room: inout OutputRoom) {
    var index = writePlain(text, from: 0, into: &room)
    while index < text.count {
      index = writeSpecial(text, at: index, into: &room)
      index = writePlain(text, from: index, into: &room)
    }
  }

  /// As ``writeJSON(_:into:)-(_,OutputRoom)``.
  static func writeJSON(_ text: Span<UInt8>, into output: inout OutputBuffer) {
    output.append(upTo: text.count &* mostOctets) { writeJSON(text, into: &$0) }
  }

  /// Appends what starts with an octet that does not stand for itself.
  ///
  /// - Returns: Where that ends in `text`.
  private static func writeSpecial(
    _ text: Span<UInt8>, at index: Int, into room: inout OutputRoom
  ) -> Int {
    let byte = text[index]
    let length = byte < 0x80 ? 0 : utf8Length(in: text, at: index)
    if length > 0 {
      let character = text.extracting(index..<(index &+ length))
      if let code = control(character) {
        room.append("\\u")
        writeHex(UInt8(truncatingIfNeeded: code >> 8), into: &room)
        writeHex(UInt8(truncatingIfNeeded: code), into: &room)
      } else {
        room.append(character)
      }
      return index &+ length
    }
    if byte == .doubleQuote || byte == .backslash {
      room.append(.backslash)
      room.append(byte)
    } else {
      room.append("\\u00")
      writeHex(byte, into: &room)
    }
    return index &+ 1
  }

  /// Appends `text` with quotes, backslashes, control octets and all beyond ASCII as `\xHH`.
  static func writeText(_ text: Span<UInt8>, into room: inout OutputRoom) {
    var index = writePlain(text, from: 0, into: &room)
    while index < text.count {
      room.append("\\x")
      writeHex(text[index], into: &room)
      index = writePlain(text, from: index &+ 1, into: &room)
    }
  }

  /// Appends the octets from `start` up to the first that is not printable ASCII, or a quote, or a
  /// backslash.
  ///
  /// - Returns: Where that is; the end of `text` if there is none.
  private static func writePlain(
    _ text: Span<UInt8>, from start: Int, into room: inout OutputRoom
  ) -> Int {
    let count = text.count
    var index = start
    while index &+ 8 <= count {
      let word = text.word(at: index)
      if hasSpecial(word) { break }
      room.append(word, length: 8)
      index &+= 8
    }
    let rest = count &- index
    if rest == 0 { return index }
    if rest < 8 {
      // One load, which overlaps with what is written already, or of all there is.
      let word = count >= 8 ? text.word(at: count &- 8) : text.shortWord
      if !hasSpecial(word) {
        let behind = count >= 8 ? 8 &- rest : count &- rest
        room.append(word &>> UInt64(behind &* 8), length: rest)
        return count
      }
    }
    while index < count {
      let byte = text[index]
      if byte &- 0x20 >= 0x5F || byte == .doubleQuote || byte == .backslash { return index }
      room.append(byte)
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

  private static func writeHex(_ byte: UInt8, into room: inout OutputRoom) {
    room.append(.hexDigit(byte >> 4))
    room.append(.hexDigit(byte))
  }

  /// The code of a character beyond ASCII, in UTF-8, if it is a control: C1 (U+0085 ends a line for
  /// some), separators of lines and paragraphs, and marks of direction, by which a line can be made
  /// to look like another (Unicode Technical Report 36 §2.5).
  private static func control(_ character: Span<UInt8>) -> UInt16? {
    let code: UInt16
    switch character.count {
    case 2: code = UInt16(character[0] & 0x1F) << 6 | UInt16(character[1] & 0x3F)
    case 3:
      code =
        UInt16(character[0] & 0x0F) << 12 | UInt16(character[1] & 0x3F) << 6
        | UInt16(character[2] & 0x3F)
    case _: return nil
    }
    switch code {
    case 0x80...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: return code
    case _: return nil
    }
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
