extension LimitsConfig {
  enum Key: String, ObjectKey {
    case requests, connections, waiting, adaptive
    case backendRequests = "backend_requests"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.requests, into: &requests, in: 0...10_000_000)
    object.read(.backendRequests, into: &backendRequests, in: 0...10_000_000)
    object.read(.connections, into: &connections, in: 0...10_000_000)
    object.read(.waiting, into: &waiting, in: 0...1_000_000)
    if let place = object[.adaptive] { adaptive = AdaptiveLimitConfig(decoding: place) }
    if let place = object[.waiting], !isActive {
      place.warn("has no effect without a limit to wait for")
    }
  }
}

extension AdaptiveLimitConfig {
  enum Key: String, ObjectKey {
    case initial, min, max, tolerance
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.min, into: &self.min, in: 1...1_000_000)
    object.read(.max, into: &self.max, in: 1...1_000_000)
    object.read(.initial, into: &initial, in: 1...1_000_000)
    object.read(.tolerance, into: &tolerance, in: 101...10_000)
    if self.min > self.max {
      (object[.max] ?? object[.min] ?? node).fail(
        "\"min\", which is \(self.min), is more than \"max\", which is \(self.max)")
      return
    }
    if let place = object[.initial], !(self.min...self.max ~= initial) {
      place.fail("\(initial) is outside \"min\" and \"max\", \(self.min)...\(self.max)")
    }
    initial = Swift.max(self.min, Swift.min(self.max, initial))
  }
}
