import Bytes

@testable import Balancing

/// A cluster whose requests in flight can be set.
struct BalancerRig {
  var balancer: ClusterBalancer
  let counters: SharedCounters
  let total: SharedCounter
  var query = BalanceQuery()
  private let count: Int

  /// One subcluster with these weights.
  init(_ weights: [Int], _ policy: BalancePolicy, startingAt: Int = 0, seed: UInt64 = 1) {
    count = weights.count
    let counters = SharedCounters(count: weights.count + 1)
    self.counters = counters
    total = counters[count]
    let backends = weights.enumerated().map {
      BackendPlan(weight: $1, identity: mixed(UInt64($0)), inFlight: counters[$0])
    }
    balancer = ClusterBalancer(
      [SubclusterPlan(inFlight: total, members: .backends(backends))], policy: policy,
      startingAt: startingAt, seed: seed)
  }

  /// The backend of the next request, which stays in flight.
  mutating func start(excluding excluded: [Int] = []) -> Int? {
    guard case .backend(let backend, _)? = balancer.pick(query, excluding: excluded) else {
      return nil
    }
    counters[backend].add(1)
    total.add(1)
    return backend
  }

  func end(_ backend: Int) {
    counters[backend].add(-1)
    total.add(-1)
  }

  /// The backend of the next request, which ends at once.
  mutating func pick(excluding excluded: [Int] = []) -> Int? {
    let backend = start(excluding: excluded)
    if let backend { end(backend) }
    return backend
  }

  mutating func counts(_ picks: Int, excluding excluded: [Int] = []) -> [Int] {
    var counts = Array(repeating: 0, count: count)
    for _ in 0..<picks { if let backend = pick(excluding: excluded) { counts[backend] += 1 } }
    return counts
  }

  mutating func down(_ down: Set<Int>) {
    balancer.update((0..<count).map { down.contains($0) ? .unusable() : .usable })
  }
}
