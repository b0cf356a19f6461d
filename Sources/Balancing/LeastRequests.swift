import Bytes

/// Picks whoever has the fewest requests in flight for its weight; among equals in turn, as often as the
/// weights say.
///
/// Turns are kept as in start-time fair queueing: each candidate has the virtual time at which its next
/// turn is due, 1 / weight after its last, and the clock stands at the last turn taken. Who was passed
/// over while it was busy has nothing to make up for.
struct LeastRequests: Sendable {
  /// 1 / weight.
  private var inverses: [Double]
  /// When the next turn of each is due; for a candidate of weight 0 never.
  private var due: [Double]
  /// The same, for its return.
  private var kept: [Double]
  private var clock = 0.0

  init(count: Int) {
    inverses = Array(repeating: 0, count: count)
    due = Array(repeating: .infinity, count: count)
    kept = Array(repeating: 0, count: count)
  }

  mutating func setWeight(_ weight: Int, of candidate: Int) {
    if weight > 0 {
      inverses[candidate] = 1 / Double(weight)
      if due[candidate] == .infinity { due[candidate] = kept[candidate] }
    } else if due[candidate] < .infinity {
      kept[candidate] = due[candidate]
      due[candidate] = .infinity
    }
  }

  /// - Complexity: O(candidates); allocates nothing.
  mutating func pick(_ inFlight: CounterRow) -> Int? {
    let found = cheapest(inFlight)
    guard found.cost < .infinity else { return nil }
    clock = max(clock, due[found.candidate])
    due[found.candidate] = clock + inverses[found.candidate]
    return found.candidate
  }

  private func cheapest(_ inFlight: CounterRow) -> (candidate: Int, cost: Double) {
    let (inverses, due, clock) = (self.inverses.span, self.due.span, self.clock)
    let count = min(inverses.count, due.count, inFlight.count)
    var (best, least) = (0, Double.infinity)
    var index = 0
    while index < count {
      // Turns decide only where requests in flight do not: 1 / weight is at most 1, and the least
      // difference between two loads for their weights is about 10^-12.
      let wait = max(0, due[index] - clock) * 0x1p-45
      let cost = Double(inFlight[index]) * inverses[index] + wait
      if cost < least { (best, least) = (index, cost) }
      index &+= 1
    }
    return (best, least)
  }
}
