/// How one of a subcluster's backends is chosen.
public enum BalancePolicy: Equatable, Sendable {
  /// In turn, as often as the weights say.
  case weightedRoundRobin
  /// Who has the fewest requests in flight for its weight; in turn among equals.
  case leastRequests
  /// Of two drawn by lot, who has fewer requests in flight for its weight.
  case twoChoices
  /// Of two drawn by lot, who is likely to answer earlier.
  case peakEWMA
  /// By what the request says, so that equal ones meet the same backend, unless that has more than
  /// its share to do.
  case hash(LoadBound)
}

/// How much more than its share a backend may have to do before equal requests go on to the next
/// one.
///
/// Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016).
public struct LoadBound: Equatable, Sendable {
  /// Percent of the average number of requests in flight, weighed; `Int.max` for no bound.
  public var percent: Int
  /// Requests in flight that no backend has too many of, whatever the average: a quiet cluster
  /// would send a client's second request at a time elsewhere.
  public var floor: Int

  public init(percent: Int, floor: Int = 8) {
    self.percent = percent
    self.floor = floor
  }

  public static let none = LoadBound(percent: .max)
}
