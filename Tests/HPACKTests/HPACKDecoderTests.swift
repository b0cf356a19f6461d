import HPACK
import HTTPSemantics
import Testing

/// A block that is refused, and by which rule.
struct RefusedBlock: CustomTestStringConvertible {
  var rule: String
  var hex: String
  var error: HPACKError
  /// Changes of our SETTINGS_HEADER_TABLE_SIZE before it.
  var limits: [Int] = []

  var testDescription: String { rule }

  static let all = [
    RefusedBlock(rule: "index 0, §6.1", hex: "80", error: .indexZero),
    RefusedBlock(rule: "index past an empty table", hex: "be", error: .indexPastTable),
    RefusedBlock(
      rule: "index past the only entry", hex: "4001 61 01 62 bf", error: .indexPastTable),
    RefusedBlock(rule: "a huge index", hex: "ff ff ff ff ff 0e", error: .indexPastTable),
    RefusedBlock(rule: "a literal's name past the table", hex: "7e 01 61", error: .indexPastTable),
    RefusedBlock(
      rule: "a never-indexed literal's name past the table", hex: "1f 2f 01 61",
      error: .indexPastTable),
    RefusedBlock(
      rule: "an entry larger than the table empties it, §4.4",
      hex: "3f 0d 4001 61 01 62 4001 63 0c 616161616161616161616161 be", error: .indexPastTable),
    RefusedBlock(rule: "an integer without its rest", hex: "ff", error: .truncated),
    RefusedBlock(rule: "an integer that goes on", hex: "ff 80", error: .truncated),
    RefusedBlock(
      rule: "an integer of 2³²", hex: "ff 81 ff ff ff 0f", error: .integerTooLarge),
    RefusedBlock(
      rule: "an integer of more than 35 bits", hex: "ff ff ff ff ff ff 01",
      error: .integerTooLarge),
    RefusedBlock(
      rule: "an integer of many zeros", hex: "ff 80 80 80 80 80 00", error: .integerTooLarge),
    RefusedBlock(rule: "a literal without a name", hex: "40", error: .truncated),
    RefusedBlock(rule: "a literal without a value", hex: "40 01 61", error: .truncated),
    RefusedBlock(rule: "a name longer than the block", hex: "40 05 61", error: .truncated),
    RefusedBlock(
      rule: "a value of 4 GiB", hex: "44 7f 80 ff ff ff 0f 61", error: .truncated),
    RefusedBlock(rule: "EOS in a string, §5.2", hex: "44 84 ffffffff", error: .endOfStringSymbol),
    RefusedBlock(rule: "padding of eight bits", hex: "44 82 07ff", error: .invalidPadding),
    RefusedBlock(rule: "padding of zeros", hex: "44 81 00", error: .invalidPadding),
    RefusedBlock(
      rule: "a size update above the limit, §6.3", hex: "3f e2 1f", error: .sizeUpdateAboveLimit),
    RefusedBlock(
      rule: "a size update above a lower limit", hex: "3f 21", error: .sizeUpdateAboveLimit,
      limits: [63]),
    RefusedBlock(
      rule: "a size update behind a field line, §4.2", hex: "82 20", error: .sizeUpdateNotAtStart),
    RefusedBlock(
      rule: "three size updates, §4.2", hex: "20 20 20 82", error: .tooManySizeUpdates),
    RefusedBlock(
      rule: "none after the limit fell", hex: "82", error: .sizeUpdateMissing, limits: [63]),
    RefusedBlock(
      rule: "none in an empty block", hex: "", error: .sizeUpdateMissing, limits: [63]),
    RefusedBlock(
      rule: "not the lowest first, after the limit fell and rose", hex: "3f e1 1f 82",
      error: .sizeUpdateMissing, limits: [0, 4096]),
    RefusedBlock(
      rule: "none, after the limit fell and rose", hex: "82", error: .sizeUpdateMissing,
      limits: [0, 4096]),
  ]
}

/// A block that is decoded although one could think otherwise.
struct AcceptedBlock: CustomTestStringConvertible {
  var rule: String
  var hex: String
  var fields: [Field]
  var limits: [Int] = []

  var testDescription: String { rule }

  static let method = Field(":method", "GET")
  static let all = [
    AcceptedBlock(rule: "an empty block", hex: "", fields: []),
    AcceptedBlock(rule: "two size updates", hex: "20 3f e1 1f 82", fields: [method]),
    AcceptedBlock(rule: "size updates alone", hex: "20", fields: []),
    AcceptedBlock(
      rule: "the lowest limit and then the last", hex: "20 3f e1 1f 82", fields: [method],
      limits: [0, 4096]),
    AcceptedBlock(
      rule: "a size below the lowest limit", hex: "20 82", fields: [method], limits: [100]),
    AcceptedBlock(
      rule: "no update after the limit rose", hex: "82", fields: [method], limits: [8192]),
    AcceptedBlock(
      rule: "an integer with a needless zero",
      hex: "42 7f 80 00 " + .init(repeating: "30", count: 127),
      fields: [Field(":method", .init(repeating: "0", count: 127))]),
    AcceptedBlock(
      rule: "empty name and value", hex: "00 00 00", fields: [Field("", "")]),
    AcceptedBlock(rule: "an empty Huffman string", hex: "04 80", fields: [Field(":path", "")]),
    AcceptedBlock(
      rule: "capital letters stay, in the table too", hex: "40 01 41 01 42 be",
      fields: [Field("A", "B"), Field("A", "B")]),
    AcceptedBlock(
      rule: "unknown and known names with a colon",
      hex: "00 02 3a61 00 00 07 3a6d6574686f64 00",
      fields: [Field(":a", ""), Field(":method", "")]),
    AcceptedBlock(
      rule: "a name of an entry that its own insertion evicts, §4.4",
      hex: "3f 03 40 01 61 00 7e 01 62 be",
      fields: [Field("a", ""), Field("a", "b"), Field("a", "b")]),
  ]
}

/// A line that is put into the table, and whether it is plain.
struct RememberedLine: CustomTestStringConvertible {
  var name: String
  var value: String
  var isPlain = true

  var testDescription: String { "\(name): \(value)" }

  static let all = [
    RememberedLine(name: "x-a", value: "b"),
    RememberedLine(name: "etag", value: ""),
    RememberedLine(name: "a", value: "b c\td\u{E9}"),
    RememberedLine(name: ":path", value: "/"),
    RememberedLine(name: ":path", value: "/\n", isPlain: false),
    RememberedLine(name: ":unknown", value: "b", isPlain: false),
    RememberedLine(name: "Etag", value: "b", isPlain: false),
    RememberedLine(name: "x_a", value: "b", isPlain: false),
    RememberedLine(name: "x.a", value: "b", isPlain: false),
    RememberedLine(name: "x a", value: "b", isPlain: false),
    RememberedLine(name: "", value: "b", isPlain: false),
    RememberedLine(name: "x-a", value: " b", isPlain: false),
    RememberedLine(name: "x-a", value: "b\t", isPlain: false),
    RememberedLine(name: "x-a", value: "b\rc", isPlain: false),
    RememberedLine(name: "x-a", value: "\u{7F}", isPlain: false),
  ]
}

@Suite("Decoding of field blocks, RFC 7541")
struct HPACKDecoderTests {
  @Test("what is known of a line is known when it comes again", arguments: RememberedLine.all)
  func remembers(_ line: RememberedLine) throws {
    let (name, value) = (Array(line.name.utf8), Array(line.value.utf8))
    let literal = [0x40, UInt8(name.count)] + name + [UInt8(value.count)] + value
    var decoder = HPACKDecoder()
    for (block, isRepeated) in [(literal, false), ([0xBE], true), ([0xBE], true)] {
      let decoded = try decoder.line(of: block)
      #expect(decoded.isKnownPlain == line.isPlain)
      #expect(decoded.isRepeated == isRepeated)
    }
  }

  @Test("only lines of a table are known", arguments: ["00 01 61 01 62", "10 01 61 01 62"])
  func unknown(_ hex: String) throws {
    var decoder = HPACKDecoder()
    let literal = try decoder.line(of: [UInt8](hex: hex))
    #expect(!literal.isKnownPlain && !literal.isRepeated)
    for index: UInt8 in 1...61 {
      let line = try decoder.line(of: [0x80 | index])
      #expect(line.isKnownPlain && !line.isRepeated)
    }
  }

  @Test("what breaks a rule is refused by it", arguments: RefusedBlock.all)
  func refused(block: RefusedBlock) {
    var decoder = HPACKDecoder()
    for limit in block.limits { decoder.setMaxTableOctets(limit) }
    #expect(throws: block.error) { try decoder.decode([UInt8](hex: block.hex)) }
  }

  @Test("what breaks none is decoded", arguments: AcceptedBlock.all)
  func accepted(block: AcceptedBlock) throws {
    var decoder = HPACKDecoder()
    for limit in block.limits { decoder.setMaxTableOctets(limit) }
    let decoded = try decoder.decode([UInt8](hex: block.hex))
    #expect(decoded.fields == block.fields)
    #expect(decoded.ids == block.fields.map(\.id))
  }

  @Test("every entry of the static table is known by the name it has", arguments: 1...61)
  func staticTable(index: UInt8) throws {
    var decoder = HPACKDecoder()
    let indexed = try decoder.decode([0x80 | index])
    #expect(indexed.fields.count == 1)
    #expect(indexed.ids == indexed.fields.map(\.id))
    let literal = try decoder.decode([0x0F, index &- 15, 0].suffix(index < 15 ? 0 : 3))
    if index >= 15 { #expect(literal.fields.first?.name == indexed.fields.first?.name) }
    // Recognised as a string, it is the same.
    var encoder = HPACKEncoder()
    let again = try decoder.decode(encoder.encode(indexed.fields))
    #expect(again == indexed)
  }

  @Test("a required update is required once")
  func requiredOnce() throws {
    var decoder = HPACKDecoder()
    decoder.setMaxTableOctets(100)
    _ = try decoder.decode([UInt8](hex: "3f 45 82"))
    #expect(try decoder.decode([0x82]).fields == [AcceptedBlock.method])
  }

  @Test("labels are distinct")
  func reasons() {
    let errors = RefusedBlock.all.map(\.error)
    let labels = Set(errors.map { "\($0.reason)" })
    #expect(labels.count == Set(errors.map { "\($0)" }).count)
  }
}
