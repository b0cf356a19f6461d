/// The value below which the part `q` of what a histogram counted lies, estimated as Prometheus
/// does: evenly within a bucket.
///
/// - Parameters:
///   - q: From 0 to 1.
///   - bounds: The largest value of each bucket, rising.
///   - buckets: How many values fell into each, not cumulative; the last is for all that is larger.
/// - Returns: nil when nothing was counted.
public func quantile(_ q: Double, bounds: [Double], buckets: [Double]) -> Double? {
  let count = buckets.reduce(0, +)
  guard count > 0, buckets.count == bounds.count + 1 else { return nil }
  let rank = q * count
  var below = 0.0
  for (index, bucket) in buckets.enumerated() {
    guard below + bucket < rank || bucket == 0 else {
      // Nothing is known of what is beyond the last bound.
      guard index < bounds.count else { return bounds.last }
      let lower = index == 0 ? 0 : bounds[index - 1]
      return lower + (bounds[index] - lower) * (rank - below) / bucket
    }
    below += bucket
  }
  return bounds.last
}
