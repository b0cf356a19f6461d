/// What one worker counts for one cluster. Times are in microseconds.
final class ClusterCounters: Sendable {
  /// From the request's head to the response's, and to the end of the response.
  let firstByte: Histogram
  let duration: Histogram

  /// Further tries that were due and not had, because the budget was used up.
  let retriesOverBudget = Counter()

  init(_ bounds: HistogramBounds) {
    firstByte = Histogram(bounds: bounds.times)
    duration = Histogram(bounds: bounds.times)
  }
}
