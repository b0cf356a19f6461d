extension EjectionConfig {
  enum Key: String, ObjectKey {
    case consecutive, percent, window, statuses
    case minRequests = "min_requests"
    case baseTime = "base_time"
    case maxTime = "max_time"
    case maxPercent = "max_percent"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    // The state that workers share counts no further.
    object.read(.consecutive, into: &consecutive, in: 0...255)
    object.read(.percent, into: &percent, in: 0...100)
    object.read(.minRequests, into: &minRequests, in: 1...1_000_000)
    object.read(.window, into: &window, in: Ranges.timeout)
    object.read(.baseTime, into: &baseTime, in: Ranges.timeout)
    object.read(.maxTime, into: &maxTime, in: Ranges.timeout)
    if let place = object[.maxTime], maxTime < baseTime {
      place.fail("\(format(maxTime)) is less than \"base_time\", which is \(format(baseTime))")
    } else {
      maxTime = max(maxTime, baseTime)
    }
    object.read(.maxPercent, into: &maxPercent, in: 0...100)
    if let place = object[.statuses] { statuses = place.errorStatuses() }
  }
}
