/// Reads JSON (RFC 8259) with comments (`//`, `/* */`) and trailing commas into a tree that knows
/// where everything stands.
///
/// It reads on after a problem wherever what was meant can be told, so that one run finds as many
/// as possible.
struct JSONReader {
  /// Nested arrays and objects; a configuration needs eight.
  static let maxDepth = 64
  /// After so many problems the file is taken for something else, and reading stops.
  static let maxProblems = 20

  let file: SourceFile
  let bytes: [UInt8]
  var position = 0
  private(set) var problems: [JSONProblem] = []
  /// Problems that are no more than a key which is there twice.
  var repeatedKeys = 0
  /// Enclosing arrays, objects and strings that end with the file are one problem, not several.
  private var hasReportedEnd = false
  /// After a string that its line has ended, the comma is missing for the same reason as the quote.
  var excusesMissingComma = false

  init(_ file: SourceFile) {
    self.file = file
    bytes = file.bytes
  }

  /// The octet that is read next; nil at the end.
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Reads the whole file.
  mutating func readDocument() -> JSONValue {
    checkUTF8()
    // RFC 8259 §8.1 lets a reader ignore a byte order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipTrivia()
    if current == nil {
      fail("the file is empty; expected an object", at: 0)
      return JSONValue(kind: .invalid, offset: 0)
    }
    let value = readValue(depth: 0)
    if case .invalid = value.kind { return value }
    skipTrivia()
    if current != nil { fail("expected the end of the file, found \(found())") }
    return value
  }

  mutating func readValue(depth: Int) -> JSONValue {
    let start = position
    let kind: JSONValue.Kind
    switch current {
    case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
      kind = readNested(depth: depth)
    case UInt8(ascii: "\"")?:
      kind = readString().map { .string($0) } ?? .invalid
    case let byte? where isWordOctet(byte):
      // Words begin with a letter or "_", numbers with a digit, a sign or a point.
      kind = byte < UInt8(ascii: "A") ? readNumber() : readWord()
    default:
      fail("expected a value, found \(found())")
      skipToSeparator()
      kind = .invalid
    }
    return JSONValue(kind: kind, offset: start)
  }

  private mutating func readNested(depth: Int) -> JSONValue.Kind {
    if depth >= Self.maxDepth {
      fail("nested more than \(Self.maxDepth) deep")
      skipToSeparator()
      return .invalid
    }
    return current == UInt8(ascii: "{")
      ? .object(readObject(depth: depth + 1)) : .array(readArray(depth: depth + 1))
  }

  private mutating func readArray(depth: Int) -> [JSONValue] {
    let start = position
    position += 1
    var elements: [JSONValue] = []
    while true {
      skipTrivia()
      switch current {
      case UInt8(ascii: "]")?:
        position += 1
        return elements
      case nil:
        fail("the file ends inside the array that begins at \(file.shortLocation(of: start))")
        return elements
      case UInt8(ascii: "}")?:
        fail("expected \"]\", found \"}\"")
        position += 1
        return elements
      case UInt8(ascii: ",")?:
        fail("expected a value, found \",\"")
        position += 1
        continue
      default:
        elements.append(readValue(depth: depth))
      }
      readComma(before: UInt8(ascii: "]"))
    }
  }

  /// Reads the comma after an element or a member; the close itself is left to the caller.
  mutating func readComma(before close: UInt8) {
    skipTrivia()
    defer { excusesMissingComma = false }
    switch current {
    case UInt8(ascii: ",")?: position += 1
    case UInt8(ascii: "\"")? where excusesMissingComma: return
    case nil, UInt8(ascii: "]")?, UInt8(ascii: "}")?: return
    case let byte?:
      let expected = "expected \",\" or \"\(Character(UnicodeScalar(close)))\""
      fail("\(expected), found \(found())")
      // A forgotten comma is the likeliest; else look for the next one.
      if byte == UInt8(ascii: ";") {
        position += 1
      } else if byte != UInt8(ascii: "\""), byte != UInt8(ascii: "{"), byte != UInt8(ascii: "[") {
        skipToSeparator()
        if current == UInt8(ascii: ",") { position += 1 }
      }
    }
  }

  /// Reports a problem at `offset`, by default here.
  mutating func fail(_ message: String, at offset: Int? = nil) {
    guard problems.count < Self.maxProblems, !hasReportedEnd else { return }
    hasReportedEnd = position >= bytes.count
    problems.append(JSONProblem(offset: offset ?? position, message: message))
    if problems.count == Self.maxProblems {
      problems.append(JSONProblem(offset: position, message: "too many errors, reading stops here"))
      position = bytes.count
    }
  }

  /// What stands here, for a message.
  func found() -> String {
    guard let byte = current else { return "the end of the file" }
    if byte < 0x20 || byte == 0x7F { return "a control character" }
    if isWordOctet(byte) { return "\"\(String(decoding: bytes[wordRange()], as: UTF8.self))\"" }
    let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    let end = min(position + length, bytes.count)
    let character = String(decoding: bytes[position..<end], as: UTF8.self)
    return byte == UInt8(ascii: "\"") ? "a string" : "\"\(character)\""
  }

  /// The whole file at once, so that strings can be taken from it as they are.
  private mutating func checkUTF8() {
    var start = 0
    while start < bytes.count {
      do throws(UTF8.ValidationError) {
        _ = try UTF8Span(validating: bytes.span.extracting(start..<bytes.count))
        return
      } catch {
        let bad = start + error.byteOffsets.lowerBound
        fail("not valid UTF-8", at: bad)
        start += max(error.byteOffsets.upperBound, 1)
      }
    }
  }
}

/// Whether `byte` may stand in a word or a number: what lies between separators, as far as one
/// can guess.
func isWordOctet(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
  default: false
  }
}
