/// Picks a backend of a cluster: first a subcluster, then one of its backends.
///
/// Subclusters are chosen in turn by weight, or by hash. One of weight 0, or without a usable
/// backend, takes no part: the others get its requests by their own weights. Its turns are not
/// saved up, and the others are not charged for having stood in: when it is usable again the shares
/// are at once what the weights say.
///
/// What is usable is told by ``update(_:)``, when that changes, so that a choice looks at what it
/// needs only. Who may not be chosen by one request is told with it.
public struct ClusterBalancer: Sendable {
  /// Where a request goes.
  public enum Choice: Equatable, Sendable {
    /// Indices over all backends of the cluster, subcluster after subcluster, and into its
    /// subclusters.
    case backend(Int, subcluster: Int)
    /// It is refused, as is this subcluster's share.
    case refused(subcluster: Int)
  }

  /// The backends of each subcluster, as indices over the whole cluster; empty for one that
  /// refuses.
  public let backends: [Range<Int>]

  private let shares: SubclusterShares
  private let identities: [UInt64]
  private let refuses: [Bool]
  private let configuredWeights: [Int]
  /// For each backend.
  private let subclusterOf: [Int]
  private var groups: [BackendGroup]
  private var turns: SmoothWeightedRoundRobin
  private var random: RandomSource

  /// - Parameters:
  ///   - subclusters: In the order that indices count.
  ///   - spillBelow: Percent of a subcluster's backends that must be usable for it to have all of
  ///     its share. 0: it has that until none is usable.
  ///   - startingAt: So many picks are taken in advance; see
  ///     ``SmoothWeightedRoundRobin/init(weights:startingAt:)``. At both levels, so that two
  ///     workers differ also if there is only one subcluster.
  public init(
    _ subclusters: [SubclusterPlan], policy: BalancePolicy = .weightedRoundRobin,
    spillBelow: Int = 0, startingAt: Int = 0, seed: UInt64 = 0
  ) {
    var ranges: [Range<Int>] = []
    var groups: [BackendGroup] = []
    for subcluster in subclusters {
      var members: [BackendPlan] = []
      if case .backends(let backends) = subcluster.members { members = backends }
      let start = ranges.last?.upperBound ?? 0
      ranges.append(start..<start + members.count)
      groups.append(
        BackendGroup(
          members, totalInFlight: subcluster.inFlight, policy: policy, startingAt: startingAt))
    }
    backends = ranges
    subclusterOf = ranges.enumerated().flatMap { index, range in range.map { _ in index } }
    self.groups = groups
    shares = SubclusterShares(subclusters, spillBelow: spillBelow)
    identities = subclusters.map(\.identity)
    refuses = subclusters.map(\.refuses)
    configuredWeights = subclusters.map(\.weight)
    turns = SmoothWeightedRoundRobin(
      weights: shares.weights(capacities: groups.map(\.capacity)), startingAt: startingAt)
    random = RandomSource(seed: seed)
  }

  /// Where the next request goes, or nil if nobody is left.
  ///
  /// - Parameter excluded: Backends that this request must not go to.
  /// - Complexity: Allocates nothing unless something is excluded. For round robin and least
  ///   requests O(subclusters + backends of one), else O(subclusters).
  public mutating func pick(_ query: BalanceQuery, excluding excluded: [Int] = []) -> Choice? {
    if excluded.isEmpty, query.mayBeRefused { return pick(query) }
    let weights = excluded.map { replaceWeight(of: $0, by: 0) }
    let subclusterWeights = turns.weights
    for index in groups.indices {
      let isOut = refuses[index] ? !query.mayBeRefused : groups[index].turns.total == 0
      if isOut { turns[weightOf: index] = 0 }
    }
    let choice = pick(query)
    for index in groups.indices { turns[weightOf: index] = subclusterWeights[index] }
    // Backwards: of one that is named twice the first weight is the right one.
    for (index, weight) in zip(excluded, weights).reversed() {
      _ = replaceWeight(of: index, by: weight)
    }
    return choice
  }

  private mutating func pick(_ query: BalanceQuery) -> Choice? {
    guard let subcluster = pickSubcluster(query) else { return nil }
    if refuses[subcluster] { return .refused(subcluster: subcluster) }
    guard let backend = groups[subcluster].pick(query, &random) else { return nil }
    return .backend(backends[subcluster].lowerBound + backend, subcluster: subcluster)
  }

  private mutating func pickSubcluster(_ query: BalanceQuery) -> Int? {
    if groups.count == 1 { return turns.total > 0 ? 0 : nil }
    guard let key = query.subclusterKey else { return turns.pick() }
    return weightedRendezvous(key, identities, weights: turns.weights)
  }

  private mutating func replaceWeight(of backend: Int, by weight: Int) -> Int {
    let subcluster = subclusterOf[backend]
    return groups[subcluster].replaceWeight(
      of: backend - backends[subcluster].lowerBound, by: weight)
  }
}

// MARK: What changes

extension ClusterBalancer {
  /// Takes what every backend is good for from now on.
  ///
  /// - Complexity: O(backends).
  public mutating func update(_ availability: [BackendAvailability]) {
    for index in groups.indices { groups[index].update(availability[backends[index]]) }
    let weights = shares.weights(capacities: groups.map(\.capacity))
    for index in weights.indices { turns[weightOf: index] = weights[index] }
  }

  /// Counts a backend's answer, or its failure to give one, after so many microseconds.
  public mutating func answered(_ backend: Int, in microseconds: Double, at now: UInt64) {
    let subcluster = subclusterOf[backend]
    groups[subcluster].answered(
      backend - backends[subcluster].lowerBound, in: microseconds, at: now)
  }

  /// Goes on with the sequences of `old`, after a reload.
  ///
  /// - Parameters:
  ///   - old: What is replaced.
  ///   - subcluster: The index in `old` of our subcluster, or nil for a new one.
  ///   - backend: The same for backends, over the whole cluster.
  public mutating func adopt(
    from old: ClusterBalancer, subcluster: (Int) -> Int?, backend: (Int) -> Int?
  ) {
    turns.adopt(from: old.turns, mapping: subcluster)
    for index in groups.indices {
      guard let before = subcluster(index), old.groups.indices.contains(before) else { continue }
      let range = old.backends[before]
      groups[index].adopt(from: old.groups[before]) { member in
        guard let known = backend(member + backends[index].lowerBound), range.contains(known)
        else { return nil }
        return known - range.lowerBound
      }
    }
  }

  /// Whether the configuration lets a backend have requests at all.
  public func hasWeight(_ backend: Int) -> Bool {
    let subcluster = subclusterOf[backend]
    return configuredWeights[subcluster] > 0
      && groups[subcluster].weights[backend - backends[subcluster].lowerBound] > 0
  }

  /// The shares of the subclusters at the moment, as weights.
  public var subclusterWeights: [Int] { turns.weights }

  /// The shares of one subcluster's backends at the moment, as weights.
  public func backendWeights(of subcluster: Int) -> [Int] { groups[subcluster].turns.weights }
}
