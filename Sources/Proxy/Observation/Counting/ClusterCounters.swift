/// What one worker counts for one cluster. Times are in microseconds.
final class ClusterCounters: Sendable {
  /// From the request's head to the response's, and to the end of the response.
  let firstByte: Histogram
  let duration: Histogram

  /// Further tries that were due and not had, because the budget was used up.
  let retriesOverBudget = Counter()
  /// Those that the budget had left, as of that millisecond of the loops' clock; 0: it never was
  /// asked.
  let retriesLeft = Counter()
  let retriesLeftAt = Counter()

  /// Tries that began beside one that was not answered for a while, and those that were answered
  /// first.
  let hedges = Counter()
  let hedgesWon = Counter()

  init(_ bounds: HistogramBounds) {
    firstByte = Histogram(bounds: bounds.times)
    duration = Histogram(bounds: bounds.times)
  }

  /// Counts a request that has ended.
  ///
  /// - Parameter duration: nil: that of a tunnel, which is what its peers make of it.
  func count(firstByte: UInt64, duration: UInt64?) {
    self.firstByte.record(firstByte)
    if let duration { self.duration.record(duration) }
  }
}
