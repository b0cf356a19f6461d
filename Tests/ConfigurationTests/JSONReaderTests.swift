import Testing

@testable import Configuration

@Suite("JSON with comments and trailing commas, RFC 8259")
struct JSONReaderTests {
  /// A document, what it reads as, and what is wrong with it.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let value: String
    let problems: [String]

    init(_ text: String, _ value: String, _ problems: String...) {
      self.text = text
      self.value = value
      self.problems = problems
    }

    var testDescription: String { text }
  }

  static let valid = [
    Case("{}", "{}"), Case(" \t\r\n[ ] ", "[]"), Case("null", "null"), Case("true", "true"),
    Case("false", "false"), Case("0", "0"), Case("-0", "-0"), Case("12.5e-3", "12.5e-3"),
    Case("1E+2", "1E+2"), Case("\"\"", "\"\""), Case("\"aé€😀\"", "\"aé€😀\""),
    Case(#""\"\\\/\b\f\n\r\t""#, "\"\"\\/\u{8}\u{C}\n\r\t\""),
    Case(#""\u0041\u00e9\u20AC""#, "\"Aé€\""),
    Case(#""\ud83d\uDE00""#, "\"😀\""), Case("[1,[2,{}],\"a\"]", "[1,[2,{}],\"a\"]"),
    Case(#"{"a":1,"b":{"c":[null]}}"#, "{a:1,b:{c:[null]}}"), Case("[1,]", "[1]"),
    Case(#"{"a":1,}"#, "{a:1}"), Case("// c\n{/* d */} // e", "{}"), Case("/***/[/*]*/1]", "[1]"),
    Case("\u{FEFF}{}", "{}"), Case("\"//\"", "\"//\""), Case("[1//\n]", "[1]"),
  ]

  static let invalid = [
    Case("", "!", "1:1 the file is empty; expected an object"),
    Case(" // nothing", "!", "1:1 the file is empty; expected an object"),
    Case("{", "{}", "1:2 the file ends inside the object that begins at 1:1"),
    Case("[[1", "[[1]]", "1:4 the file ends inside the array that begins at 1:2"),
    Case("{\"a\":{", "{a:{}}", "1:7 the file ends inside the object that begins at 1:6"),
    Case("{\"a\"", "{a:!}", "1:5 expected \":\" after the key \"a\", found the end of the file"),
    Case("{\"a\":", "{a:!}", "1:6 the file ends inside the object that begins at 1:1"),
    Case("[1}", "[1]", "1:3 expected \"]\", found \"}\""),
    Case("{\"a\":1]", "{a:1}", "1:7 expected \"}\", found \"]\""),
    Case("{} x", "{}", "1:4 expected the end of the file, found \"x\""),
    Case("[1 2]", "[1]", "1:4 expected \",\" or \"]\", found \"2\""),
    Case("{\"a\":1 \"b\":2}", "{a:1,b:2}", "1:8 expected \",\" or \"}\", found a string"),
    Case("{\"a\":1; \"b\":2}", "{a:1,b:2}", "1:7 expected \",\" or \"}\", found \";\""),
    Case("[,1]", "[1]", "1:2 expected a value, found \",\""),
    Case("[1,,2]", "[1,2]", "1:4 expected a value, found \",\""),
    Case("{,}", "{}", "1:2 expected a key, found \",\""),
    Case("{\"a\" 1}", "{a:1}", "1:6 expected \":\" after the key \"a\", found \"1\""),
    Case("{\"a\"=1}", "{a:1}", "1:5 expected \":\", found \"=\""),
    Case("{\"a\":}", "{a:!}", "1:6 expected a value for \"a\", found \"}\""),
    Case("{\"a\":,\"b\":1}", "{a:!,b:1}", "1:6 expected a value for \"a\", found \",\""),
    Case("{a:1}", "{a:1}", "1:2 expected a key in double quotes, found a"),
    Case("{'a':1,\"b\":2}", "{b:2}", "1:2 expected a key in double quotes, found \"'\""),
    Case("{1:1}", "{1:1}", "1:2 expected a key in double quotes, found 1"),
    Case("[{}:1,2]", "[{},2]", "1:4 expected \",\" or \"]\", found \":\""),
    Case("{\"a\":1,\n \"a\":2}", "{a:1}", "2:2 the key \"a\" is here already, at 1:2"),
    Case("{\"a\":1,\"\\u0061\":2}", "{a:1}", "1:8 the key \"a\" is here already, at 1:2"),
    Case("True", "!", "1:1 expected a value, found True; did you mean true?"),
    Case("[yes,1]", "[!,1]", "1:2 expected a value, found yes; strings stand in double quotes"),
    Case("['a',1]", "[!,1]", "1:2 expected a value, found \"'\""),
    Case("[é]", "[!]", "1:2 expected a value, found \"é\""),
    Case("[01]", "[!]", "1:2 01 is not a number: no zeros stand before it"),
    Case("[+1]", "[!]", "1:2 +1 is not a number: no plus sign stands before it"),
    Case("[-]", "[!]", "1:2 - is not a number: digits are missing"),
    Case("[.5]", "[!]", "1:2 .5 is not a number: digits are missing"),
    Case("[1.]", "[!]", "1:2 1. is not a number: digits are missing after the point"),
    Case("[1e]", "[!]", "1:2 1e is not a number: digits are missing in the exponent"),
    Case("[1e+]", "[!]", "1:2 1e+ is not a number: digits are missing in the exponent"),
    Case("[0x10]", "[!]", "1:2 0x10 is not a number: units and words stand in double quotes"),
    Case("[10s]", "[!]", "1:2 10s is not a number: units and words stand in double quotes"),
    Case("[\"a\n,1]", "[!,1]", "1:2 the string is not closed on its line"),
    Case("{\"a\":\"x,\n\"b\":1}", "{a:!,b:1}", "1:6 the string is not closed on its line"),
    Case("[\"a", "[!]", "1:2 the string is never closed"),
    Case("[\"a\\", "[!]", "1:2 the string is never closed"),
    Case("[\"\\q\",1]", "[!,1]", "1:3 there is no such escape; a backslash is written \\\\"),
    Case("[\"\\u12\"]", "[!]", "1:3 expected four hexadecimal digits after \\u"),
    Case("[\"\\ud800\"]", "[!]", "1:3 half of a surrogate pair"),
    Case("[\"\\ud800\\u0041\"]", "[!]", "1:3 half of a surrogate pair"),
    Case("[\"\\udc00\"]", "[!]", "1:3 half of a surrogate pair"),
    Case("[\"\t\"]", "[!]", "1:3 a control character in a string must be escaped"),
    Case("[1]# c\n", "[1]", "1:4 a comment begins with // or /*, not with #"),
    Case("/ c\n[]", "[]", "1:1 a comment begins with // or /*, not with /"),
    Case("[] /* c", "[]", "1:4 the comment is never closed"),
    Case("[\u{1}]", "[!]", "1:2 expected a value, found a control character"),
    Case(
      "[01, {\"a\" 1}, 'x', +2, 3]", "[!,{a:1},!,!,3]",
      "1:2 01 is not a number: no zeros stand before it",
      "1:11 expected \":\" after the key \"a\", found \"1\"", "1:15 expected a value, found \"'\"",
      "1:20 +2 is not a number: no plus sign stands before it"),
  ]

  @Test(
    "reads a document as it stands, or says what is wrong and reads on", arguments: valid + invalid)
  func reads(_ item: Case) {
    let (value, problems) = read(Array(item.text.utf8))
    #expect(value == item.value)
    #expect(problems == item.problems)
  }

  @Test("a document cut at any octet is refused without a trap", arguments: valid.suffix(12))
  func cut(_ item: Case) {
    let octets = Array(item.text.utf8)
    for length in 1..<octets.count {
      let (value, problems) = read(Array(octets.prefix(length)))
      #expect(!problems.isEmpty || value == item.value || value.count < item.value.count)
    }
  }

  @Test(
    "octets that are not UTF-8 are refused where they stand",
    arguments: [
      ([0x80], "1:3"), ([0xC0, 0x80], "1:3"), ([0xED, 0xA0, 0x80], "1:3"), ([0xFF], "1:3"),
      ([0xF4, 0x90, 0x80, 0x80], "1:3"), ([0x61, 0xE2, 0x82], "1:4"), ([0x61, 0x0A, 0xC3], "2:1"),
    ] as [([UInt8], String)])
  func utf8(octets: [UInt8], place: String) {
    let (_, problems) = read(Array("[\"".utf8) + octets + Array("\"]".utf8))
    #expect(problems.first == "\(place) not valid UTF-8")
  }

  @Test("nesting is bounded, and what is nested too deep is stepped over")
  func depth() {
    let depth = JSONReader.maxDepth
    let (_, none) = read(Array((nested(depth) + " ").utf8))
    #expect(none == [])
    let (value, problems) = read(Array("[\(nested(depth)),{\"a\":\"]\"}]".utf8))
    #expect(problems == ["1:\(depth + 1) nested more than 64 deep"])
    #expect(value.hasSuffix(",{a:\"]\"}]"))
    let (_, many) = read([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
    #expect(many.count == 2)
  }

  @Test("reading stops after twenty problems")
  func problemLimit() {
    let (_, problems) = read(Array("[\(String(repeating: "x,", count: 1000))]".utf8))
    #expect(problems.count == JSONReader.maxProblems + 1)
    #expect(problems.last == "1:40 too many errors, reading stops here")
  }

  private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  /// The value in a short form, with `!` for what is invalid, and `line:column message` lines.
  private func read(_ bytes: [UInt8]) -> (value: String, problems: [String]) {
    let file = SourceFile(path: "f", bytes: bytes)
    var reader = JSONReader(file)
    let value = reader.readDocument()
    let lines = reader.problems.map { "\(file.shortLocation(of: $0.offset)) \($0.message)" }
    return (short(value), lines)
  }

  private func short(_ value: JSONValue) -> String {
    switch value.kind {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): text
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[\(elements.map(short).joined(separator: ","))]"
    case .object(let object):
      "{\(object.members.map { "\($0.key):\(short($0.value))" }.joined(separator: ","))}"
    case .invalid: "!"
    }
  }
}
