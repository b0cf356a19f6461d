extension MetricsConfig {
  enum Key: String, ObjectKey {
    case durationBuckets = "duration_buckets"
    case sizeBuckets = "size_buckets"
  }

  /// Buckets of a histogram.
  private static let mostBuckets = 30
  private static let durations: ClosedRange<Duration> = .microseconds(1)...(.seconds(86_400))

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    if let node = object[.durationBuckets] {
      durationBuckets = Self.bounds(node) { $0.bucketDuration(in: Self.durations) }
    }
    if let node = object[.sizeBuckets] {
      sizeBuckets = Self.bounds(node) { $0.size(in: 0...1 << 50) }
    }
  }

  private static func bounds<Bound: Comparable>(
    _ node: Node, _ read: (Node) -> Bound?
  ) -> [Bound] {
    guard let elements = node.elements() else { return [] }
    if elements.isEmpty || elements.count > mostBuckets {
      node.fail("expected 1 to \(mostBuckets) bounds")
    }
    var bounds: [Bound] = []
    for element in elements {
      guard let bound = read(element) else { continue }
      if let last = bounds.last, bound <= last {
        element.fail("bounds must rise")
      } else {
        bounds.append(bound)
      }
    }
    return bounds
  }
}

extension Node {
  /// As ``duration(in:)``, and in microseconds too: `250us`.
  fileprivate func bucketDuration(in range: ClosedRange<Duration>) -> Duration? {
    guard case .string(let text) = value.kind, text.hasSuffix("us") else {
      return duration(in: range)
    }
    guard let count = Int64(text.dropLast(2)), text.utf8.first != UInt8(ascii: "+"),
      range.contains(.microseconds(min(count, 1 << 40)))
    else {
      fail("expected a duration such as \"250us\" or \"5ms\"")
      return nil
    }
    return .microseconds(count)
  }
}
