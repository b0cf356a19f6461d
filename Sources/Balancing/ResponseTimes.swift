/// What each backend's answer is likely to take: a moving average that goes up with the worst at
/// once and comes down slowly (peak EWMA).
///
/// A backend that has become slow is avoided from its first slow answer on. Since the average falls
/// while nothing is measured, it is tried again after a while.
struct ResponseTimes: Sendable {
  /// In which the weight of an answer falls to 1/e, in milliseconds.
  static let window = 10_000.0
  /// The estimate for a backend that has not answered yet but has something to do: more than any
  /// answer takes, so that one request tries it and the others wait for the outcome.
  static let unknown = 1e12

  /// Microseconds at the moment of the last measurement; 0 before the first.
  private var averages: [Double]
  /// Milliseconds.
  private var measuredAt: [UInt64]

  init(count: Int) {
    averages = Array(repeating: 0, count: count)
    measuredAt = Array(repeating: 0, count: count)
  }

  /// Counts an answer that took so many microseconds.
  mutating func add(_ microseconds: Double, of backend: Int, at now: UInt64) {
    let old = averages[backend]
    let weight = Self.weight(of: now &- min(now, measuredAt[backend]))
    averages[backend] =
      microseconds >= old ? microseconds : old * weight + microseconds * (1 - weight)
    measuredAt[backend] = now
  }

  /// Microseconds that one more request is likely to take.
  ///
  /// - Parameter load: Requests in flight, for its weight.
  @inline(__always)
  func estimate(of backend: Int, load: Double, at now: UInt64) -> Double {
    let average = averages[backend]
    guard average > 0 else { return load > 0 ? Self.unknown + load : 0 }
    let weight = Self.weight(of: now &- min(now, measuredAt[backend]))
    return average * weight * (load + 1)
  }

  /// About exp(-age / window), never more: 1 / (1 + x + x²/2).
  @inline(__always)
  private static func weight(of age: UInt64) -> Double {
    let x = Double(age) / window
    return 1 / (1 + x + x * x / 2)
  }

  mutating func adopt(from old: ResponseTimes, mapping: (Int) -> Int?) {
    for index in averages.indices {
      guard let before = mapping(index), old.averages.indices.contains(before) else { continue }
      averages[index] = old.averages[before]
      measuredAt[index] = old.measuredAt[before]
    }
  }
}
