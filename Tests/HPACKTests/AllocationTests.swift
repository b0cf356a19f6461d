import Bytes
import CMallocCounter
import HPACK
import HTTPSemantics
import Testing

@Suite("Allocations of HPACK", .enabled(if: malloc_is_counted()))
struct AllocationTests {
  static let fields = [
    Field(":method", "GET"), Field(":scheme", "https"), Field(":authority", "shop.example"),
    Field(":path", "/items/1?q=2"), Field("user-agent", "agent/1.0"),
    Field("x-trace", "0123456789"),
    Field("authorization", "Bearer 0123456789", isNeverIndexed: true),
  ]

  @Test("none for a block, once buffers and tables have grown")
  func warm() {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    var output = OutputBuffer()
    var octets = OutputBuffer()
    var section = FieldSection()
    let fields = Self.fields
    // A value that is new each time, so that entries are inserted and evicted too.
    var serial = [UInt8](repeating: 0x30, count: 200)
    expectNoAllocation {
      output.removeAll()
      octets.removeAll()
      section.removeAll()
      encoder.beginBlock(into: &output)
      for index in fields.indices {
        let field = fields[index]
        encoder.encode(
          field.id, name: field.name.span, value: field.value.span,
          field.isNeverIndexed ? .neverIndexed : .indexed, into: &output)
      }
      for digit in 0..<8 {
        serial[digit] = serial[digit] == 0x39 ? 0x30 : serial[digit] + 1
        if serial[digit] != 0x30 { break }
      }
      let name = fields[5].name
      encoder.encode(.other, name: name.span, value: serial.span, .indexed, into: &output)
      let isWithin = try? decoder.decode(
        output.span, limits: FieldBlockLimits(), into: &octets, &section)
      return isWithin == true && section.count == fields.count + 1
    }
  }

  @Test("none before the first entry")
  func fresh() {
    var output = OutputBuffer()
    var octets = OutputBuffer()
    var section = FieldSection()
    section.append(FieldLine(name: ByteRange(), value: ByteRange(), id: .other))
    expectNoAllocation {
      output.removeAll()
      octets.removeAll()
      section.removeAll()
      var encoder = HPACKEncoder()
      var decoder = HPACKDecoder()
      encoder.beginBlock(into: &output)
      encoder.encode(status: 200, into: &output)
      let isWithin = try? decoder.decode(
        output.span, limits: FieldBlockLimits(), into: &octets, &section)
      return isWithin == true && output.count == 1
    }
  }

  /// Expects that `operation` allocates nothing in steady state, and does what it should.
  ///
  /// The best of a few rounds counts: the language's runtime makes its caches when it first needs
  /// them.
  private func expectNoAllocation(_ operation: () -> Bool) {
    var isRight = true
    for _ in 0..<200 { isRight = operation() && isRight }
    var allocations = UInt.max
    for _ in 0..<5 {
      let before = malloc_count()
      for _ in 0..<10 { isRight = operation() && isRight }
      allocations = min(allocations, malloc_count() - before)
    }
    #expect(isRight)
    #expect(allocations == 0)
  }
}
