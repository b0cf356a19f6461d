extension NamesConfig {
  enum Key: String, ObjectKey {
    case family
    case minTTL = "min_ttl"
    case maxTTL = "max_ttl"
    case maxStale = "max_stale"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.family, into: &family)
    object.read(.minTTL, into: &minTTL, in: Ranges.timeToLive)
    object.read(.maxTTL, into: &maxTTL, in: Ranges.timeToLive)
    object.read(.maxStale, into: &maxStale, in: Ranges.optionalTime)
    if minTTL > maxTTL, let node = object[.minTTL] ?? object[.maxTTL] {
      node.fail("min_ttl is more than max_ttl")
    }
  }
}
