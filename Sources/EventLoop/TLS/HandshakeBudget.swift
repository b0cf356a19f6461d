/// How much time handshakes may take in one turn of the loop: a signature with a large RSA key
/// takes as long as a hundred requests.
struct HandshakeBudget {
  /// One step more may begin before this has passed.
  static let perTurn = Interval.milliseconds(1)

  private var turn: UInt32 = 0
  private var spent = Interval.zero

  /// Whether the next step must wait for the next turn.
  mutating func isSpent(in turn: UInt32) -> Bool {
    if self.turn != turn { (self.turn, spent) = (turn, .zero) }
    return spent >= Self.perTurn
  }

  mutating func took(_ interval: Interval) { spent.microseconds &+= interval.microseconds }
}
