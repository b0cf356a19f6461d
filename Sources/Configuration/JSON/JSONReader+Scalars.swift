extension JSONReader {
  /// The letters, digits and signs that stand together here.
  func wordRange() -> Range<Int> {
    var end = position
    while end < bytes.count, isWordOctet(bytes[end]) { end += 1 }
    return position..<end
  }

  mutating func readWord() -> JSONValue.Kind {
    let range = wordRange()
    let word = String(decoding: bytes[range], as: UTF8.self)
    defer { position = max(position, range.upperBound) }
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    default:
      let known = ["true", "false", "null"].first { $0 == word.lowercased() }
      let hint = known.map { "; did you mean \($0)?" } ?? "; strings stand in double quotes"
      fail("expected a value, found \(word)\(hint)")
      return .invalid
    }
  }

  mutating func readNumber() -> JSONValue.Kind {
    let range = wordRange()
    let text = String(decoding: bytes[range], as: UTF8.self)
    defer { position = max(position, range.upperBound) }
    if let problem = numberProblem(bytes[range]) {
      fail("\(text) is not a number: \(problem)")
      return .invalid
    }
    return .number(text)
  }

  /// The rule of RFC 8259 §6 that `text` breaks.
  private func numberProblem(_ text: ArraySlice<UInt8>) -> String? {
    var rest = text
    func digits() -> Int {
      let count = rest.prefix { 0x30...0x39 ~= $0 }.count
      rest.removeFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "+") { return "no plus sign stands before it" }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let integer = digits()
    if integer == 0 { return "digits are missing" }
    if startsWithZero, integer > 1 { return "no zeros stand before it" }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      if digits() == 0 { return "digits are missing after the point" }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      if digits() == 0 { return "digits are missing in the exponent" }
    }
    return rest.isEmpty ? nil : "units and words stand in double quotes"
  }

  /// Skips spaces and comments.
  mutating func skipTrivia() {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D:
        position += 1
      case UInt8(ascii: "/"):
        skipComment()
      case UInt8(ascii: "#"):
        fail("a comment begins with // or /*, not with #")
        skipLine()
      default:
        return
      }
    }
  }

  private mutating func skipComment() {
    switch position + 1 < bytes.count ? bytes[position + 1] : nil {
    case UInt8(ascii: "/")?:
      skipLine()
    case UInt8(ascii: "*")?:
      let start = position
      position += 2
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      fail("the comment is never closed", at: start)
      position = bytes.count
    default:
      fail("a comment begins with // or /*, not with /")
      skipLine()
    }
  }

  private mutating func skipLine() {
    while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
  }

  /// Skips what cannot be understood, up to the comma or the close that ends it.
  mutating func skipToSeparator() {
    var depth = 0
    while let byte = current {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
      case UInt8(ascii: ","):
        if depth == 0 { return }
      case UInt8(ascii: "\""):
        skipString()
        continue
      case UInt8(ascii: "/"), UInt8(ascii: "#"):
        skipTrivia()
        continue
      default: break
      }
      position += 1
    }
  }
}
