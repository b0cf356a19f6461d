import Bytes
import FuzzSupport
import HPACK
import HTTPSemantics

/// No trap; limits change what is stored and nothing else; what was decoded, encoded and decoded
/// again is the same, whatever the sizes of the tables.
///
/// An input is a series of blocks: an octet that says what comes before, an octet with the length,
/// and as many octets.
@main
enum FieldBlockFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count).bytes)
      return 0
    }
  }
}

/// One line, copied out of the octets that it was decoded into.
private struct Line: Equatable {
  var name: [UInt8]
  var value: [UInt8]
  var id: FieldID
  var isNeverIndexed: Bool

  /// What an encoder makes of it: the name is in lower case then, and may be another one by that.
  var asWritten: Line {
    Line(
      name: name.map(\.lowercased), value: value, id: .other, isNeverIndexed: isNeverIndexed)
  }
}

private func check(_ input: [UInt8]) {
  var decoder = HPACKDecoder()
  var limited = HPACKDecoder()
  var encoder = HPACKEncoder()
  var again = HPACKDecoder()
  var position = 0
  while position + 2 <= input.count {
    let (action, length) = (input[position], Int(input[position + 1]))
    let end = min(position + 2 + length, input.count)
    let block = Array(input[position + 2..<end])
    position = end
    if action & 1 != 0 {
      let size = Int(action) * 20
      decoder.setMaxTableOctets(size)
      limited.setMaxTableOctets(size)
      again.setMaxTableOctets(size)
      encoder.setMaxTableOctets(size)
    }
    let lines = decode(block, &decoder, maxFields: .max)
    let beginning = decode(block, &limited, maxFields: 3)
    FuzzInput.require(
      beginning == lines.map { Array($0.prefix(3)) }, "a limit changes what is decoded")
    guard let lines else { return }
    let encoded = encode(lines, &encoder, isLiteral: action & 2 != 0)
    FuzzInput.require(
      decode(encoded, &again, maxFields: .max)?.map(\.asWritten) == lines.map(\.asWritten),
      "encoded again, it is another section")
  }
}

private func decode(
  _ block: [UInt8], _ decoder: inout HPACKDecoder, maxFields: Int
) -> [Line]? {
  var limits = FieldBlockLimits()
  (limits.maxOctets, limits.maxFields) = (.max, maxFields)
  var octets = OutputBuffer()
  var fields = FieldSection()
  guard let isWithin = try? decoder.decode(block.span, limits: limits, into: &octets, &fields)
  else { return nil }
  FuzzInput.require(isWithin || fields.count == maxFields, "a limit is said to be exceeded")
  let bytes = octets.array
  return fields.lines.map {
    Line(
      name: Array(bytes[$0.name.range]), value: Array(bytes[$0.value.range]), id: $0.id,
      isNeverIndexed: $0.isNeverIndexed)
  }
}

private func encode(
  _ lines: [Line], _ encoder: inout HPACKEncoder, isLiteral: Bool
) -> [UInt8] {
  var output = OutputBuffer()
  encoder.beginBlock(into: &output)
  for line in lines {
    encoder.encode(
      line.id, name: line.name.span, value: line.value.span,
      line.isNeverIndexed ? .neverIndexed : isLiteral ? .literal : .indexed, into: &output)
  }
  return output.array
}
