extension RedirectConfig {
  enum Key: String, ObjectKey {
    case status, location
  }

  private static let statuses = [301, 302, 303, 307, 308]
  private static let variables: [String: Piece] = [
    "scheme": .scheme, "host": .host, "authority": .authority, "path": .path, "query": .query,
  ]

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    if let node = object[.status] { readStatus(node) }
    guard let node = object.required(.location), let text = node.string() else { return }
    location = node.template(text, variables: Self.variables, literal: Piece.literal)
    if let problem = locationProblem(text) { node.fail(problem) }
  }

  private mutating func readStatus(_ node: Node) {
    if case .number(let text) = node.value.kind, let status = Int(text),
      Self.statuses.contains(status)
    {
      self.status = status
    } else {
      node.failType(expected: "301, 302, 303, 307 or 308")
    }
  }

  private func locationProblem(_ text: String) -> String? {
    if text.isEmpty { return "must not be empty" }
    for case .literal(let part) in location {
      if !part.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) {
        return "spaces and characters beyond ASCII must be percent-encoded"
      }
    }
    // A path may begin with "//", and a location that does names another host: an open redirect.
    if location.first == .path || location.starts(with: [.literal("/"), .path]) {
      return "a request for \"//other.example\" would be sent there; "
        + "begin with \"{scheme}://{authority}\""
    }
    return nil
  }
}

extension FixedResponseConfig {
  enum Key: String, ObjectKey {
    case status
    case contentType = "content_type"
    case body

    static let later: Set<String> = ["fields", "file", "headers"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.status, into: &status, in: 200...599)
    if let node = object[.contentType], let text = node.string() {
      contentType = text
      if text.isEmpty || !isFieldValue(text) {
        node.fail("expected a media type such as \"text/plain; charset=utf-8\"")
      }
    }
    object.read(.body, into: &body)
    // RFC 9110 §15.3.5, §15.3.6 and §15.4.5: these have no content.
    if !body.isEmpty, [204, 205, 304].contains(status) {
      object[.body]?.fail("a response with status \(status) has no content")
    }
  }
}
