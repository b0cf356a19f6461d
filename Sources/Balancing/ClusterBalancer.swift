/// Picks a backend of a cluster: first a subcluster by weight, then one of its backends by weight,
/// both by smooth weighted round robin.
///
/// A subcluster of weight 0, or without a usable backend, takes no part: the others get its
/// requests by their own weights. Its turns are not saved up, and the others are not charged for
/// having stood in: when it is usable again the shares are at once what the weights say.
public struct ClusterBalancer: Sendable {
  /// Weights of a subcluster and of its backends. 0 gets nothing, not even as the last one.
  public struct Subcluster: Equatable, Sendable {
    public var weight: Int
    public var backendWeights: [Int]

    public init(weight: Int, backendWeights: [Int]) {
      self.weight = weight
      self.backendWeights = backendWeights
    }
  }

  /// Where a request goes.
  public struct Choice: Equatable, Sendable {
    /// Index into the cluster's subclusters.
    public var subcluster: Int
    /// Index over all backends of the cluster, subcluster after subcluster.
    public var backend: Int

    public init(subcluster: Int, backend: Int) {
      self.subcluster = subcluster
      self.backend = backend
    }
  }

  /// The backends of each subcluster, as indices over the whole cluster.
  public let backends: [Range<Int>]

  @usableFromInline let subclusterWeights: [Int]
  @usableFromInline let backendWeights: [Int]
  @usableFromInline var subclusterBalances: [Int]
  @usableFromInline var backendBalances: [Int]

  /// - Parameters:
  ///   - subclusters: In the order that indices count.
  ///   - startingAt: So many picks are taken in advance; see
  ///     ``SmoothWeightedRoundRobin/init(weights:startingAt:)``. At both levels, so that two workers
  ///     differ also if there is only one subcluster.
  public init(_ subclusters: [Subcluster], startingAt: Int = 0) {
    var ranges: [Range<Int>] = []
    var weights: [Int] = []
    var balances: [Int] = []
    for subcluster in subclusters {
      let inner = SmoothWeightedRoundRobin(
        weights: subcluster.backendWeights, startingAt: startingAt)
      ranges.append(weights.count..<weights.count + inner.count)
      weights += inner.weights
      balances += inner.balances
    }
    let outer = SmoothWeightedRoundRobin(
      weights: subclusters.map(\.weight), startingAt: startingAt)
    backends = ranges
    subclusterWeights = outer.weights
    subclusterBalances = outer.balances
    backendWeights = weights
    backendBalances = balances
  }

  /// The next backend among the usable ones, or nil if no weight above 0 is left.
  ///
  /// `isUsable` gets an index over the whole cluster and must have no effects: more are asked than
  /// picked. It is never asked about a weight of 0. With all usable it is asked once for each
  /// subcluster and once for each backend of the chosen one; a caller that knows cheaply
  /// that all is well should say so before it looks at the backend.
  ///
  /// - Complexity: O(subclusters + backends of one), with all usable; O(1) for a single backend.
  ///   Allocates nothing.
  @inlinable
  public mutating func pick(_ isUsable: (_ backend: Int) -> Bool) -> Choice? {
    if backendWeights.count == 1 { return pickOnly(isUsable) }
    // Normally one round. Another worker may mark the last usable backend of the chosen subcluster
    // between the two questions; then the other subclusters must get their chance.
    for _ in backends.indices {
      guard let subcluster = pickSubcluster(isUsable) else { return nil }
      if let backend = smoothPick(
        among: backends[subcluster], weights: backendWeights, balances: &backendBalances,
        isEligible: isUsable)
      {
        return Choice(subcluster: subcluster, backend: backend)
      }
    }
    return nil
  }

  /// The one backend of the cluster, wherever it stands.
  @inlinable
  func pickOnly(_ isUsable: (Int) -> Bool) -> Choice? {
    for subcluster in backends.indices where !backends[subcluster].isEmpty {
      guard subclusterWeights[subcluster] > 0, backendWeights[0] > 0, isUsable(0) else { break }
      return Choice(subcluster: subcluster, backend: 0)
    }
    return nil
  }

  @inlinable
  mutating func pickSubcluster(_ isUsable: (Int) -> Bool) -> Int? {
    // Nothing to choose: its backends will be asked by the choice among them.
    if backends.count == 1 { return subclusterWeights[0] > 0 ? 0 : nil }
    // Locals, because the closure may not touch self while the balances are being changed.
    let (ranges, weights) = (backends, backendWeights)
    return smoothPick(
      among: 0..<ranges.count, weights: subclusterWeights, balances: &subclusterBalances
    ) { index in ranges[index].contains { weights[$0] > 0 && isUsable($0) } }
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
    subclusterBalances = adoptedBalances(
      from: old.subclusterBalances, weights: subclusterWeights, mapping: subcluster)
    for range in backends {
      // One subcluster at a time: the balances of each have an average of their own.
      let adopted = adoptedBalances(
        from: old.backendBalances, weights: Array(backendWeights[range])
      ) { backend($0 + range.lowerBound) }
      backendBalances.replaceSubrange(range, with: adopted)
    }
  }
}
