/// What one worker counts for one listener. Times are in microseconds.
final class ListenerCounters: Sendable {
  let accepted = Counter()
  let requests = Counter()
  /// From the request's head to the response's, and to the end of the response.
  let firstByte: Histogram
  let duration: Histogram
  /// Octets of content.
  let requestSize: Histogram
  let responseSize: Histogram

  init(_ bounds: HistogramBounds) {
    firstByte = Histogram(bounds: bounds.times)
    duration = Histogram(bounds: bounds.times)
    requestSize = Histogram(bounds: bounds.sizes)
    responseSize = Histogram(bounds: bounds.sizes)
  }

  /// Counts a request that has ended.
  ///
  /// - Parameter duration: nil: that of a tunnel, which is what its peers make of it.
  func count(firstByte: UInt64, duration: UInt64?, octetsIn: UInt64, octetsOut: UInt64) {
    requests.add()
    self.firstByte.record(firstByte)
    requestSize.record(octetsIn)
    responseSize.record(octetsOut)
    if let duration { self.duration.record(duration) }
  }
}

/// Where the buckets of histograms end.
struct HistogramBounds: Equatable, Sendable {
  /// Microseconds.
  let times: [UInt64]
  /// Octets.
  let sizes: [UInt64]
}
