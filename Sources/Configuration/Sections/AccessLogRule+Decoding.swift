extension AccessLogRule {
  enum Key: String, ObjectKey {
    case sample, errors
    case slowerThan = "slower_than"
  }

  init?(decoding node: Node) {
    switch node.value.kind {
    case .bool(let isOn): self = isOn ? .all : .none
    case .object:
      // An object says which; nothing else is logged.
      self.init(sample: 0)
      guard let object = ObjectNode<Key>(node) else { return }
      object.read(.sample, into: &sample, in: 0...1_000_000)
      object.read(.errors, into: &errors)
      object.read(.slowerThan, into: &slowerThan, in: Ranges.timeout)
    case .null, .number, .string, .array, .invalid:
      node.failType(expected: "true, false or an object")
      return nil
    }
  }
}
