import Bytes

/// Picks whoever has the fewest requests in flight for its weight; among equals in turn, as often
/// as the weights say.
///
/// Turns are kept as in start-time fair queueing: each candidate has the virtual time at which its
/// next turn is due, 1 / weight after its last, and the clock stands at the last turn taken. Who
/// was passed over while it was busy has about one turn to make up for, not many: candidates are
/// looked at for that in a row, one with each pick.
struct LeastRequests: Sendable {
  /// The time from one turn of each to its next, in parts of 2^-44; 0 for a candidate of weight 0.
  private var turns: [Int]
  /// When the next turn of each is due. Stays while a weight is 0.
  private var due: [Int]
  private var clock = 0
  /// Who was looked at last for what it has missed.
  private var looked = 0
  /// What each request in flight costs, and on top of it the time that is due: a 1024th of a
  /// request for a turn. That is more than what rounding makes of equal loads, and less than those
  /// of two differ by.
  private var costs: CounterRow.Costs
  /// The least of the weights, of whose requests each costs 2^32.
  private var lightest = 1
  /// When the clock starts again.
  private var lastTurn = 0

  /// The time between turns of who has weight 1.
  private static let longestTurn = 1 << 44
  /// From times, multiplied by the lightest weight, to costs.
  private static let costShift = 22
  /// The latest time, multiplied by the lightest weight.
  private static let latest = 1 << 60

  init(count: Int) {
    turns = Array(repeating: 0, count: count)
    due = turns
    costs = CounterRow.Costs(count: count)
  }

  mutating func setWeights(_ weights: [Int]) {
    lightest = weights.reduce(Int.max) { $1 > 0 ? min($0, $1) : $0 }
    if lightest == .max { lightest = 1 }
    lastTurn = Self.latest / lightest
    startAgain()
    for (index, weight) in weights.enumerated() {
      if weight > 0 { due[index] = min(due[index], Self.longestTurn / weight) }
      setWeight(weight, of: index)
    }
  }

  /// - Parameter weight: 0, or one that ``setWeights(_:)`` has set.
  mutating func setWeight(_ weight: Int, of candidate: Int) {
    guard weight > 0 else {
      turns[candidate] = 0
      costs.set(candidate, factor: 0, offset: CounterRow.Costs.never)
      return
    }
    turns[candidate] = Self.longestTurn / weight
    costs.set(
      candidate, factor: UInt32(clamping: (lightest << 32) / weight),
      offset: cost(of: due[candidate]))
  }

  /// - Complexity: O(candidates); allocates nothing.
  mutating func pick(_ inFlight: CounterRow) -> Int? {
    if turns.count == 1 { return turns[0] > 0 ? 0 : nil }
    guard let found = inFlight.least(by: costs) else { return nil }
    clock = max(clock, due[found])
    due[found] = clock &+ turns[found]
    costs.setOffset(cost(of: due[found]), of: found)
    if clock > lastTurn { startAgain() }
    catchUp()
    return found
  }

  /// Looks at the next candidate in a row, and has its turn due now if it was due before.
  private mutating func catchUp() {
    looked = looked &+ 1 < due.count ? looked &+ 1 : 0
    guard due[looked] < clock, turns[looked] > 0 else { return }
    due[looked] = clock
    costs.setOffset(cost(of: clock), of: looked)
  }

  /// Has the clock stand at 0, so that what is due stays small beside what is in flight.
  private mutating func startAgain() {
    for index in due.indices { due[index] = max(0, due[index] &- clock) }
    clock = 0
    for index in due.indices where turns[index] > 0 {
      costs.setOffset(cost(of: due[index]), of: index)
    }
  }

  private func cost(of time: Int) -> UInt64 {
    CounterRow.Costs.first &+ UInt64(clamping: (time &* lightest) >> Self.costShift)
  }
}
