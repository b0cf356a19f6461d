import Bytes
import HTTP1
import HTTPSemantics

/// What the demo origin has received, as JSON in one line.
struct OriginEcho {
  let name: String
  let method: String
  let target: String
  var fields: [(name: String, value: String)]
  var bodyLength = 0
  var trailers: [(name: String, value: String)] = []

  /// - Parameter head: Its ranges lie in `octets`.
  init(name: String, head: RequestHead, octets: Span<UInt8>) {
    self.name = name
    method = String(octets: octets[head.methodBytes])
    target = String(octets: octets[head.target])
    fields = Self.pairs(head.fields, octets)
  }

  mutating func add(_ section: TrailerSection) {
    trailers = Self.pairs(section.fields, section.octets.span)
  }

  /// With its line end.
  var json: String {
    JSONText.object([
      "origin": JSONText.string(name),
      "method": JSONText.string(method),
      "target": JSONText.string(target),
      "fields": Self.json(fields),
      "body_length": "\(bodyLength)",
      "trailers": Self.json(trailers),
    ]) + "\n"
  }

  private static func json(_ pairs: [(name: String, value: String)]) -> String {
    JSONText.array(
      pairs.map { JSONText.array([JSONText.string($0.name), JSONText.string($0.value)]) })
  }

  private static func pairs(
    _ fields: FieldSection, _ octets: Span<UInt8>
  ) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for line in fields.lines {
      pairs.append((String(octets: octets[line.name]), String(octets: octets[line.value])))
    }
    return pairs
  }
}
