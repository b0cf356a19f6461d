import Bytes
import HTTPSemantics

extension FieldSection {
  /// Checks these as trailers (RFC 9113 §8.1), and marks those that must not stand there.
  mutating func interpretAsTrailers(
    _ octets: borrowing OutputBuffer, dropsOddNames: Bool
  ) throws(StreamError) {
    let bytes = octets.span
    for index in lines.indices {
      let line = lines[index]
      if line.id.isPseudo { throw .misplacedPseudoField }
      let isOdd = try FieldLineRules.check(line, in: bytes)
      if line.id.isForbiddenInTrailers || isOdd && dropsOddNames { markHopByHop(at: index) }
    }
  }
}
