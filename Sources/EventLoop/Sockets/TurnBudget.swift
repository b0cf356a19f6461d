/// What one transport may do in one turn of the loop, so that a fast transfer cannot own a worker.
struct TurnBudget {
  private static let octetsPerTurn: UInt32 = 256 * 1024
  private static let operationsPerTurn: UInt16 = 16

  private var turn: UInt32 = 0
  private var octets: UInt32 = 0
  private var operations: UInt16 = 0

  /// Counts an operation that moved `count` octets.
  ///
  /// - Returns: Whether the rest must wait for the next turn.
  mutating func isSpent(by count: Int, in turn: UInt32) -> Bool {
    if self.turn != turn {
      self = TurnBudget()
      self.turn = turn
    }
    octets &+= UInt32(truncatingIfNeeded: count)
    operations &+= 1
    return octets >= Self.octetsPerTurn || operations >= Self.operationsPerTurn
  }
}
