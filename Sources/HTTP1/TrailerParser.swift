import Bytes
import HTTPSemantics

/// Collects a trailer section that arrives in pieces, and reads it.
struct TrailerParser: Sendable {
  private var parser = FieldSectionParser(limits: .trailers)
  private var octets: [UInt8] = []
  private var fields = FieldSection()

  /// What has been read.
  var section: TrailerSection { TrailerSection(octets: octets, fields: fields) }

  /// Reads on from `position`, which is moved past the octets used.
  ///
  /// - Returns: Whether the section has ended; if not, all of `input` was used.
  mutating func parse(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(FieldError) -> Bool {
    while position < input.count {
      // Line by line, so that nothing past the section is taken.
      let room = parser.limits.maxHead &- octets.count
      let limit = min(input.count, position &+ max(room, 1))
      let end = min(input.firstIndex(of: .lineFeed, from: position, to: limit) &+ 1, limit)
      while position < end {
        octets.append(input[position])
        position &+= 1
      }
      let collected = octets
      if try parser.parse(collected.span, into: &fields) {
        markForbidden()
        return true
      }
    }
    return false
  }

  private mutating func markForbidden() {
    for index in fields.lines.indices where fields.lines[index].id.isForbiddenInTrailers {
      fields.markHopByHop(at: index)
    }
  }
}
