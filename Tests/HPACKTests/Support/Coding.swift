import Bytes
import HPACK
import HTTPSemantics
import Testing

/// What a block was decoded to.
struct DecodedBlock: Equatable {
  var fields: [Field] = []
  var ids: [FieldID] = []
  var isWithinLimits = true
}

extension HPACKDecoder {
  mutating func decode(
    _ block: [UInt8], limits: FieldBlockLimits = .none
  ) throws(HPACKError) -> DecodedBlock {
    // Something stands before, so that offsets that do not count from the start are seen.
    var octets = OutputBuffer(capacity: 1)
    octets.append("before")
    var section = FieldSection()
    var decoded = DecodedBlock()
    decoded.isWithinLimits = try decode(block.span, limits: limits, into: &octets, &section)
    let bytes = octets.array
    for line in section.lines {
      decoded.ids.append(line.id)
      decoded.fields.append(
        Field(
          name: Array(bytes[line.name.range]), value: Array(bytes[line.value.range]),
          isNeverIndexed: line.isNeverIndexed))
    }
    return decoded
  }
}

extension HPACKDecoder {
  /// The one line of a block.
  mutating func line(of block: [UInt8]) throws -> FieldLine {
    var octets = OutputBuffer()
    var section = FieldSection()
    _ = try decode(block.span, limits: .none, into: &octets, &section)
    return try #require(section.lines.first)
  }
}

extension HPACKEncoder {
  /// A block of these fields. Those that are not marked as never indexed are represented by
  /// `indexing`.
  mutating func encode(_ fields: [Field], _ indexing: Indexing = .indexed) -> [UInt8] {
    var output = OutputBuffer(capacity: 1)
    beginBlock(into: &output)
    for field in fields {
      encode(
        field.id, name: field.name.span, value: field.value.span,
        field.isNeverIndexed ? .neverIndexed : indexing, into: &output)
    }
    return output.array
  }
}
