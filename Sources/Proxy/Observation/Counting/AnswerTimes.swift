/// How long one backend took to answer of late, counted by one worker and read by anyone.
///
/// Two generations of a minute each: what is read is what the last one to two minutes brought. A
/// bucket for each half of an octave, so that a thousand backends cost less than a megabyte a
/// worker.
final class AnswerTimes: Sendable {
  /// Two for each octave from 64 µs on; the last is for all from 100 s on.
  static let bucketCount = 43
  /// Microseconds that a generation lasts.
  private static let generationTime: Int64 = 60_000_000

  private let buckets = InlineArray<86, Counter> { _ in Counter() }
  /// Which generation each half holds, counted from any fixed moment; 0: none.
  private let generations = InlineArray<2, Counter> { _ in Counter() }
  private let sum = Counter()
  private let count = Counter()

  /// - Parameters:
  ///   - time: In microseconds.
  ///   - now: The same, since any fixed moment.
  func record(_ time: UInt64, at now: Int64) {
    let generation = Self.generation(at: now)
    let half = Int(generation & 1)
    if generations[half].value != generation { begin(generation) }
    buckets[half &* Self.bucketCount &+ Self.bucket(of: time)].add()
    sum.add(time)
    count.add()
  }

  private func begin(_ generation: UInt64) {
    let half = Int(generation & 1)
    for index in 0..<Self.bucketCount { buckets[half * Self.bucketCount + index].set(0) }
    generations[half].set(Int(clamping: generation))
  }

  private static func generation(at now: Int64) -> UInt64 {
    UInt64(max(0, now) / generationTime) &+ 1
  }

  /// Adds what was counted here to `total`.
  func add(to total: inout AnswerTimeCounts, now: Int64) {
    let current = Self.generation(at: now)
    for half in 0...1 {
      let generation = generations[half].value
      guard generation == current || generation &+ 1 == current else { continue }
      for index in 0..<Self.bucketCount {
        total.buckets[index] &+= buckets[half * Self.bucketCount + index].value
      }
    }
    total.sum &+= sum.value
    total.count &+= count.value
  }

  /// The bucket of a time in microseconds.
  static func bucket(of time: UInt64) -> Int {
    guard time >= 64 else { return 0 }
    let octave = 63 &- time.leadingZeroBitCount
    let half = Int(truncatingIfNeeded: time >> UInt64(truncatingIfNeeded: octave &- 1)) & 1
    return min((octave &- 6) &* 2 &+ half &+ 1, bucketCount &- 1)
  }

  /// The first time that is beyond a bucket.
  static func bound(of bucket: Int) -> UInt64 {
    let (octave, half) = (bucket / 2, bucket % 2)
    return half == 0 ? 64 << UInt64(octave) : 96 << UInt64(octave)
  }
}

/// What several workers counted of one backend's answers.
public struct AnswerTimeCounts: Equatable, Sendable {
  /// Of the last one to two minutes.
  var buckets = [UInt64](repeating: 0, count: AnswerTimes.bucketCount)
  /// Microseconds in all, and how many answers, from the beginning.
  public var sum: UInt64 = 0
  public var count: UInt64 = 0

  public init() {}

  /// The microseconds below which the part `q` of the last minute's or two minutes' answers lies;
  /// nil when there were none.
  public func quantile(_ q: Double) -> UInt64? {
    let recent = buckets.reduce(0, &+)
    guard recent > 0 else { return nil }
    let rank = max(1, Double(recent) * q)
    var below = 0.0
    for (index, bucket) in buckets.enumerated() where bucket > 0 {
      guard below + Double(bucket) >= rank else {
        below += Double(bucket)
        continue
      }
      let lower = index == 0 ? 0 : Double(AnswerTimes.bound(of: index - 1))
      // Nothing is known of what is beyond the last bound.
      guard index < AnswerTimes.bucketCount - 1 else { return UInt64(lower) }
      let upper = Double(AnswerTimes.bound(of: index))
      return UInt64(lower + (upper - lower) * (rank - below) / Double(bucket))
    }
    return nil
  }
}
