/// Smooth weighted round robin: picks in proportion to weights, and spreads each one's turns.
///
/// Weights 3, 2, 1 give the order 0 1 0 2 1 0, and so on. The sequence is exact over a cycle.
public struct SmoothWeightedRoundRobin: Sendable {
  @usableFromInline let weights: [Int]
  @usableFromInline var balances: [Int]

  /// - Parameters:
  ///   - weights: One per candidate; 0 (or less) is never picked, not even alone.
  ///   - startingAt: So many picks are taken in advance, modulo the cycle, so that workers which
  ///     start together do not all begin with the same candidate.
  /// - Complexity: O(candidates × startingAt): meant for a worker's number.
  public init(weights: [Int], startingAt: Int = 0) {
    self.weights = weights.map { max(0, $0) }
    balances = weights.map { _ in 0 }
    let cycle = self.weights.reduce(0, &+)
    guard cycle > 0, startingAt > 0 else { return }
    for _ in 0..<(startingAt % cycle) { _ = pick { _ in true } }
  }

  public var count: Int { weights.count }

  /// The next candidate among those that are eligible, or nil if none is.
  ///
  /// `isEligible` is asked at most once for each candidate, and never for one of weight 0.
  ///
  /// - Complexity: O(candidates); allocates nothing.
  @inlinable
  public mutating func pick(_ isEligible: (Int) -> Bool) -> Int? {
    smoothPick(
      among: 0..<weights.count, weights: weights, balances: &balances, isEligible: isEligible)
  }

  /// Goes on with the sequence of `old`, whose candidates `mapping` finds for ours.
  ///
  /// With the same candidates and weights nothing is disturbed; otherwise those that stay keep
  /// their differences, and nobody is preferred or passed over for longer than one cycle.
  ///
  /// - Parameters:
  ///   - old: What is replaced.
  ///   - mapping: The index in `old` of our candidate, or nil for a new one.
  public mutating func adopt(
    from old: SmoothWeightedRoundRobin, mapping: (Int) -> Int?
  ) {
    balances = adoptedBalances(from: old.balances, weights: weights, mapping: mapping)
  }
}
