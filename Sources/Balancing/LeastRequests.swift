import Bytes

/// Picks whoever has the fewest requests in flight for its weight; among equals in turn, as often as the
/// weights say.
///
/// Turns are kept as in start-time fair queueing: each candidate has the virtual time at which its next
/// turn is due, 1 / weight after its last, and the clock stands at the last turn taken. Who was passed
/// over while it was busy has one turn to make up for, not many.
struct LeastRequests: Sendable {
  /// 1 / weight, in parts of 2^-40.
  private var inverses: [Int]
  /// When the next turn of each is due, in parts so small that turns decide among equals only; for a
  /// candidate of weight 0 never.
  private var due: [Int]
  /// The same, for its return.
  private var kept: [Int]
  private var clock = 0

  private static let one = 1 << 40
  /// Of 1 / weight for a turn: less than two loads for their weights differ by, and more than what
  /// rounding makes of equal ones.
  private static let turnShift = 20
  private static let never = Int.max / 2
  /// When the clock starts again, so that what is due stays small beside what is in flight.
  private static let lastTurn = 1 << 30

  init(count: Int) {
    inverses = Array(repeating: 0, count: count)
    due = Array(repeating: Self.never, count: count)
    kept = Array(repeating: 0, count: count)
  }

  mutating func setWeight(_ weight: Int, of candidate: Int) {
    if weight > 0 {
      inverses[candidate] = Self.one / weight
      if due[candidate] == Self.never { due[candidate] = kept[candidate] }
    } else if due[candidate] < Self.never {
      kept[candidate] = due[candidate]
      due[candidate] = Self.never
      inverses[candidate] = 0
    }
  }

  /// - Complexity: O(candidates); allocates nothing.
  mutating func pick(_ inFlight: CounterRow) -> Int? {
    let found = cheapest(inFlight)
    guard found.cost < Self.never else { return nil }
    clock = max(clock, due[found.candidate])
    due[found.candidate] = clock &+ max(1, inverses[found.candidate] &>> Self.turnShift)
    if clock > Self.lastTurn { startAgain() }
    return found.candidate
  }

  private func cheapest(_ inFlight: CounterRow) -> (candidate: Int, cost: Int) {
    let (inverses, due) = (self.inverses.span, self.due.span)
    precondition(inverses.count == due.count && due.count == inFlight.count)
    var (best, least) = (0, Int.max)
    for index in due.indices {
      let cost = inFlight[index] &* inverses[index] &+ due[index]
      if cost < least { (best, least) = (index, cost) }
    }
    return (best, least)
  }

  private mutating func startAgain() {
    for index in due.indices where due[index] < Self.never {
      due[index] = max(0, due[index] &- clock)
    }
    for index in kept.indices { kept[index] = max(0, kept[index] &- clock) }
    clock = 0
  }
}
