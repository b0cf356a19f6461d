import HPACK
import Testing

@Suite("Limits of decoded field blocks, RFC 9113 §6.5.2")
struct FieldBlockLimitsTests {
  static let fields = [
    Field(":method", "GET"), Field("x-a", "b"), Field("cookie", "c", isNeverIndexed: true),
    Field("x-d", String(repeating: "e", count: 100)), Field("x-f", "g"),
  ]

  @Test("the first line that has no room and all behind it are left out", arguments: 0...5)
  func room(lines: Int) throws {
    let size = Array(Self.fields.prefix(lines)).size
    for indexing in [HPACKEncoder.Indexing.indexed, .literal] {
      let block = encoded(indexing)
      for limits in [
        FieldBlockLimits(maxOctets: size, maxFields: 1000),
        FieldBlockLimits(maxOctets: 100_000, maxFields: lines),
        FieldBlockLimits(maxOctets: size + 31, maxFields: 1000),
      ] {
        var decoder = HPACKDecoder()
        let decoded = try decoder.decode(block, limits: limits)
        #expect(decoded.fields == Array(Self.fields.prefix(lines)))
        #expect(decoded.isWithinLimits == (lines == Self.fields.count))
      }
    }
  }

  @Test("the table is kept in step past a limit")
  func inStep() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    let refused = try decoder.decode(
      encoder.encode(Self.fields), limits: FieldBlockLimits(maxOctets: 0, maxFields: 0))
    #expect(refused.fields.isEmpty)
    #expect(!refused.isWithinLimits)
    let second = encoder.encode(Self.fields)
    #expect(second.count < 10)
    let decoded = try decoder.decode(second)
    #expect(decoded.fields == Self.fields)
    #expect(decoded.isWithinLimits)
  }

  @Test("errors are errors past a limit too")
  func errors() {
    var decoder = HPACKDecoder()
    let limits = FieldBlockLimits(maxOctets: 0, maxFields: 0)
    #expect(throws: HPACKError.invalidPadding) {
      try decoder.decode([UInt8](hex: "82 44 81 00"), limits: limits)
    }
  }

  @Test("references to a large entry cost nothing past the limit")
  func bomb() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    let large = Field("x-large", String(repeating: "a", count: 3000))
    _ = try decoder.decode(encoder.encode([large]))
    let block = [UInt8](repeating: 0xBE, count: 16_000)
    let decoded = try decoder.decode(block, limits: FieldBlockLimits())
    #expect(!decoded.isWithinLimits)
    #expect(decoded.fields.size <= 32 * 1024)
    #expect(decoded.fields.count == 10)
  }

  private func encoded(_ indexing: HPACKEncoder.Indexing) -> [UInt8] {
    var encoder = HPACKEncoder()
    return encoder.encode(Self.fields, indexing)
  }
}
