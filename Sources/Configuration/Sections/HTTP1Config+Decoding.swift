extension HTTP1Config {
  enum Key: String, ObjectKey {
    case maxRequestLine = "max_request_line"
    case maxHead = "max_head"
    case maxFields = "max_fields"
    case maxRequests = "max_requests"
    case oddNames = "odd_field_names"
    case halfClose = "half_close"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.maxRequestLine, intoSize: &maxRequestLine, in: 256...1 << 20)
    object.read(.maxHead, intoSize: &maxHead, in: Ranges.head)
    object.read(.maxFields, into: &maxFields, in: Ranges.fields)
    object.read(.maxRequests, into: &maxRequests, in: 0...1_000_000_000)
    object.read(.oddNames, into: &oddNames)
    object.read(.halfClose, into: &halfClose)
    guard maxRequestLine > maxHead else { return }
    let line = format(octets: maxRequestLine)
    (object[.maxHead] ?? object[.maxRequestLine] ?? node).fail(
      "max_head, \(format(octets: maxHead)), is less than max_request_line, \(line)")
  }
}
