/// How often values of each size came, counted by one worker and read by anyone. A part of whoever
/// counts: as an object by itself it would have to be retained for each value.
struct Histogram: ~Copyable, Sendable {
  /// Bounds at most; beside them there is the bucket of all that is larger.
  static let mostBounds = 30

  // No array: one that the workers share would have them share its reference count.
  private let bounds: InlineArray<30, UInt64>
  private let count: Int
  /// The first bucket that values of so many bits can be in: so one or two bounds are looked at,
  /// not half of them.
  private let firstBuckets: InlineArray<65, UInt8>
  private let buckets = InlineArray<31, Counter> { _ in Counter() }
  private let sum = Counter()

  /// - Parameter bounds: The largest value of each bucket, rising.
  init(bounds: [UInt64]) {
    count = min(bounds.count, Self.mostBounds)
    self.bounds = InlineArray { $0 < bounds.count ? bounds[$0] : .max }
    let known = bounds.prefix(count)
    firstBuckets = InlineArray { bits in
      let smallest: UInt64 = bits == 0 ? 0 : 1 << UInt64(bits - 1)
      return UInt8(known.firstIndex { $0 >= smallest } ?? known.count)
    }
  }

  func record(_ value: UInt64) {
    var index = Int(firstBuckets[64 &- value.leadingZeroBitCount])
    while index < count, value > bounds[index] { index &+= 1 }
    buckets[index].add()
    sum.add(value)
  }

  /// Adds what was counted here to `total`.
  func add(to total: inout HistogramCounts) {
    if total.buckets.isEmpty {
      total.bounds = (0..<count).map { bounds[$0] }
      total.buckets = Array(repeating: 0, count: count + 1)
    }
    guard total.buckets.count == count + 1 else { return }
    for index in 0...count { total.buckets[index] &+= buckets[index].value }
    total.sum &+= sum.value
  }
}

/// What several workers counted in histograms of the same bounds.
public struct HistogramCounts: Equatable, Sendable {
  /// The largest value of each bucket, rising; one bucket more is for all that is larger.
  public var bounds: [UInt64] = []
  /// How many values fell into each; not cumulative.
  public var buckets: [UInt64] = []
  /// Of all values.
  public var sum: UInt64 = 0

  public init() {}

  public var count: UInt64 { buckets.reduce(0, &+) }
}
