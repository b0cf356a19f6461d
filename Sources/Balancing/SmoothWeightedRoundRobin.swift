/// Smooth weighted round robin: picks in proportion to weights, and spreads each one's turns.
///
/// At each pick every candidate earns its weight, the one with the most is picked (ties go to the
/// first) and pays what all of them have earned. So the sum of balances never changes, each
/// candidate's balance is what it is owed, and over as many picks as the weights add up to, each is
/// picked exactly as often as its weight says. Weights 3, 2, 1 give the order 0 1 0 2 1 0.
///
/// A candidate whose weight is 0 neither earns nor pays: while it is away the others share by their
/// weights, and when it returns it goes on where it stopped, without a burst to make up.
public struct SmoothWeightedRoundRobin: Sendable {
  private(set) var weights: [Int]
  /// What each has, and what it earns.
  private var accounts: Accounts
  /// The balances to which those return whose weight is 0.
  private var kept: [Int]
  /// All weights together.
  public private(set) var total: Int

  /// - Parameters:
  ///   - weights: One for each candidate; 0 (or less) is never picked, not even alone.
  ///   - startingAt: So many picks are taken in advance, modulo the cycle, so that workers which
  ///     start together do not all begin with the same candidate.
  /// - Complexity: O(candidates × startingAt): meant for a worker's number.
  public init(weights: [Int], startingAt: Int = 0) {
    self.weights = weights.map { max(0, $0) }
    kept = weights.map { _ in 0 }
    accounts = Accounts(count: weights.count)
    for (index, weight) in self.weights.enumerated() where weight > 0 {
      accounts.open(index, balance: 0, earning: weight)
    }
    total = self.weights.reduce(0, &+)
    guard total > 0, startingAt > 0 else { return }
    for _ in 0..<(startingAt % total) { _ = pick() }
  }

  public var count: Int { weights.count }

  public subscript(weightOf candidate: Int) -> Int {
    get { weights[candidate] }
    set {
      let (before, weight) = (weights[candidate], max(0, newValue))
      total &+= weight &- before
      weights[candidate] = weight
      if before > 0 { kept[candidate] = accounts[candidate] }
      if weight > 0 {
        accounts.open(candidate, balance: kept[candidate], earning: weight)
      } else {
        accounts.close(candidate)
      }
    }
  }

  /// The next candidate, or nil if all weights are 0.
  ///
  /// - Complexity: O(candidates); allocates nothing.
  public mutating func pick() -> Int? {
    if total == 0 { return nil }
    if weights.count == 1 { return 0 }
    return accounts.payDay(total)
  }

  /// Goes on with the sequence of `old`, whose candidates `mapping` finds for ours.
  ///
  /// With the same candidates and weights nothing is disturbed; otherwise those that stay keep
  /// their differences, and nobody is preferred or passed over for longer than one cycle.
  ///
  /// Only differences between balances decide who is next, so a common shift keeps the sequence.
  /// They are shifted to an average of 0, where newcomers begin; else one that arrives among
  /// debtors would be flooded. They are cut to one cycle, so that a candidate whose weight fell
  /// from 10,000 to 1 does not pay the old debt for 10,000 picks.
  ///
  /// - Parameters:
  ///   - old: What is replaced.
  ///   - mapping: The index in `old` of our candidate, or nil for a new one.
  public mutating func adopt(
    from old: SmoothWeightedRoundRobin, mapping: (Int) -> Int?
  ) {
    let known = weights.indices.map { index in mapping(index).flatMap { old.balance(of: $0) } }
    let average = known.compactMap(\.self).reduce(0, &+) / max(1, known.count { $0 != nil })
    for index in weights.indices {
      let balance = known[index].map { max(-total, min(total, $0 &- average)) } ?? 0
      kept[index] = balance
      if weights[index] > 0 {
        accounts.open(index, balance: balance, earning: weights[index])
      }
    }
  }

  private func balance(of candidate: Int) -> Int? {
    guard weights.indices.contains(candidate) else { return nil }
    return weights[candidate] == 0 ? kept[candidate] : accounts[candidate]
  }
}
