import Balancing
import Bytes
import Testing

@Suite("Balancing over subclusters and backends")
struct ClusterBalancerTests {
  /// Weights of a subcluster and of its backends.
  struct Subcluster: Sendable {
    let weight: Int
    let backendWeights: [Int]
  }

  static let shop = [
    Subcluster(weight: 70, backendWeights: [3, 2, 1]),
    Subcluster(weight: 30, backendWeights: [3, 2, 1]),
  ]

  struct Spill: Sendable, CustomTestStringConvertible {
    let name: String
    var subclusters = shop
    var down: Set<Int> = []
    var picks = 600
    let counts: [Int]
    var testDescription: String { name }
  }

  static let spills: [Spill] = [
    Spill(name: "all up", counts: [210, 140, 70, 90, 60, 30]),
    Spill(name: "one backend down", down: [0], counts: [0, 280, 140, 90, 60, 30]),
    Spill(name: "a subcluster down", down: [0, 1, 2], counts: [0, 0, 0, 300, 200, 100]),
    Spill(name: "the other down", down: [3, 4, 5], counts: [300, 200, 100, 0, 0, 0]),
    Spill(name: "all down", down: [0, 1, 2, 3, 4, 5], counts: [0, 0, 0, 0, 0, 0]),
    Spill(
      name: "three share the spilled by their weights",
      subclusters: [2, 1, 3].map { Subcluster(weight: $0, backendWeights: [1]) }, down: [2],
      counts: [400, 200, 0]),
    Spill(
      name: "weight 0 gets nothing from an empty one",
      subclusters: [
        Subcluster(weight: 0, backendWeights: [1]), Subcluster(weight: 1, backendWeights: [1]),
      ], down: [1], counts: [0, 0]),
    Spill(
      name: "a subcluster whose backends all have weight 0 spills",
      subclusters: [
        Subcluster(weight: 9, backendWeights: [0, 0]), Subcluster(weight: 1, backendWeights: [1]),
      ], counts: [0, 0, 600]),
    Spill(
      name: "a subcluster without backends spills",
      subclusters: [
        Subcluster(weight: 9, backendWeights: []), Subcluster(weight: 1, backendWeights: [2, 1]),
      ], counts: [400, 200]),
    Spill(
      name: "the one backend, in the second subcluster",
      subclusters: [
        Subcluster(weight: 9, backendWeights: []), Subcluster(weight: 1, backendWeights: [2]),
      ], counts: [600]),
    Spill(
      name: "one backend", subclusters: [Subcluster(weight: 1, backendWeights: [1])],
      counts: [600]),
    Spill(
      name: "one backend, down", subclusters: [Subcluster(weight: 1, backendWeights: [1])],
      down: [0], counts: [0]),
    Spill(
      name: "one backend of weight 0", subclusters: [Subcluster(weight: 1, backendWeights: [0])],
      counts: [0]),
    Spill(
      name: "one subcluster of weight 0",
      subclusters: [Subcluster(weight: 0, backendWeights: [1, 1])], counts: [0, 0]),
    Spill(name: "no subcluster", subclusters: [], counts: []),
  ]

  @Test("600 requests go exactly where the weights say", arguments: spills)
  func spilling(_ c: Spill) {
    var balancer = balancer(c.subclusters)
    #expect(counts(of: &balancer, picks: c.picks, down: c.down) == c.counts)
  }

  @Test("a choice names the subcluster of its backend")
  func choice() {
    var balancer = balancer(Self.shop)
    #expect(balancer.backends == [0..<3, 3..<6])
    for _ in 0..<100 {
      guard case .backend(let backend, let subcluster) = balancer.pick(BalanceQuery()) else {
        Issue.record("nothing picked")
        return
      }
      #expect(balancer.backends[subcluster].contains(backend))
    }
  }

  @Test("a subcluster that returns gets its share again, and no burst")
  func returning() {
    var balancer = balancer(Self.shop)
    _ = counts(of: &balancer, picks: 333, down: [0, 1, 2])
    let after = counts(of: &balancer, picks: 100, down: [])
    #expect(after[0..<3].reduce(0, +) == 70)
  }

  @Test("workers that start at different places begin with different backends")
  func staggered() {
    let first = (0..<3).map { worker in
      var balancer = self.balancer(
        [Subcluster(weight: 1, backendWeights: [1, 1, 1])], startingAt: worker)
      return balancer.pick(BalanceQuery())
    }
    #expect(first == (0..<3).map { .backend($0, subcluster: 0) })
  }

  @Test("adopting goes on where the old one was, though a subcluster and a backend are new")
  func adopting() {
    var old = balancer(Self.shop)
    _ = counts(of: &old, picks: 37, down: [])
    var same = balancer(Self.shop)
    same.adopt(from: old, subcluster: { $0 }, backend: { $0 })
    var grown = balancer(
      [Subcluster(weight: 10, backendWeights: [1, 1])] + Self.shop)
    grown.adopt(
      from: old, subcluster: { $0 == 0 ? nil : $0 - 1 }, backend: { $0 < 2 ? nil : $0 - 2 })
    for _ in 0..<100 {
      #expect(same.pick(BalanceQuery()) == old.pick(BalanceQuery()))
    }
    let shares = counts(of: &grown, picks: 1100, down: [])
    #expect(abs(shares[0..<2].reduce(0, +) - 100) <= 2)
    #expect(abs(shares[2..<5].reduce(0, +) - 700) <= 2)
  }

  @Test("one that is excluded is passed over, at both levels, and the sequence goes on as it was")
  func excluding() {
    var balancer = balancer(Self.shop)
    var same = self.balancer(Self.shop)
    #expect(balancer.pick(BalanceQuery(), excluding: Array(0..<6)) == nil)
    for _ in 0..<50 {
      guard case .backend(let backend, 1) = balancer.pick(BalanceQuery(), excluding: [0, 1, 2, 2])
      else {
        Issue.record("the other subcluster was not chosen")
        return
      }
      #expect((3..<6).contains(backend))
    }
    #expect(counts(of: &balancer, picks: 600, down: []) == counts(of: &same, picks: 600, down: []))
  }

  @Test("a subcluster that refuses has its exact share, unless a request may not be refused")
  func refusing() {
    let counters = SharedCounters(count: 1)
    var balancer = ClusterBalancer([
      SubclusterPlan(
        weight: 9, members: .backends([BackendPlan(inFlight: counters[0])])),
      SubclusterPlan(weight: 1, members: .refusal),
    ])
    let choices = (0..<100).map { _ in balancer.pick(BalanceQuery()) }
    #expect(choices.count { $0 == .refused(subcluster: 1) } == 10)
    for _ in 0..<20 {
      #expect(
        balancer.pick(BalanceQuery(mayBeRefused: false)) == .backend(0, subcluster: 0))
    }
    balancer.update([.unusable()])
    #expect(balancer.pick(BalanceQuery()) == nil, "no backend is not the same as refused")
  }

  @Test("by hash a client stays in its subcluster, and goes elsewhere only when that is down")
  func splitByHash() {
    let counters = SharedCounters(count: 2)
    var balancer = ClusterBalancer(
      (0..<2).map { index in
        SubclusterPlan(
          weight: 70 - 40 * index, identity: UInt64(index) + 1,
          members: .backends([BackendPlan(inFlight: counters[index])]))
      })
    func owner(_ key: UInt64) -> Int? {
      let query = BalanceQuery(subclusterKey: key &* 0x9E37_79B9_7F4A_7C15)
      guard case .backend(_, let subcluster)? = balancer.pick(query) else { return nil }
      return subcluster
    }
    let before = (0..<10_000).map { owner($0) }
    #expect((6_700...7_300).contains(before.count { $0 == 0 }))
    #expect((0..<10_000).map { owner($0) } == before)
    balancer.update([.unusable(), .usable])
    #expect((0..<10_000).allSatisfy { owner($0) == 1 })
    balancer.update([.usable, .usable])
    #expect((0..<10_000).map { owner($0) } == before)
  }

  @Test("one that starts slowly gets that part of its weight")
  func slowStart() {
    var balancer = balancer([Subcluster(weight: 1, backendWeights: [1, 1])])
    balancer.update([.usable, BackendAvailability(percent: 25, acceptsSticky: true)])
    var counts = [0, 0]
    for _ in 0..<500 {
      if case .backend(let backend, _)? = balancer.pick(BalanceQuery()) { counts[backend] += 1 }
    }
    #expect(counts == [400, 100])
  }

  @Test("a weight that a reload changes does not disturb the sequence of the other subcluster")
  func weightChange() {
    for done in 0..<12 {
      var old = balancer(Self.shop)
      for _ in 0..<done { _ = old.pick(BalanceQuery()) }
      var new = balancer([
        Subcluster(weight: 70, backendWeights: [3, 2, 5]),
        Subcluster(weight: 30, backendWeights: [3, 2, 1]),
      ])
      new.adopt(from: old, subcluster: { $0 }, backend: { $0 })
      func second(_ balancer: inout ClusterBalancer) -> [ClusterBalancer.Choice] {
        (0..<200).compactMap { _ in balancer.pick(BalanceQuery()) }
          .filter { if case .backend(_, 1) = $0 { true } else { false } }
      }
      #expect(second(&new) == second(&old))
    }
  }

  /// A balancer in turn, with nothing in flight.
  private func balancer(_ subclusters: [Subcluster], startingAt: Int = 0) -> ClusterBalancer {
    ClusterBalancer(
      subclusters.map { subcluster in
        let counters = SharedCounters(count: subcluster.backendWeights.count)
        return SubclusterPlan(
          weight: subcluster.weight,
          members: .backends(
            subcluster.backendWeights.enumerated().map {
              BackendPlan(weight: $1, inFlight: counters[$0])
            }))
      }, startingAt: startingAt)
  }

  private func counts(
    of balancer: inout ClusterBalancer, picks: Int, down: Set<Int>
  ) -> [Int] {
    var counts = Array(repeating: 0, count: balancer.backends.last?.upperBound ?? 0)
    balancer.update(counts.indices.map { down.contains($0) ? .unusable() : .usable })
    for _ in 0..<picks {
      if case .backend(let backend, _)? = balancer.pick(BalanceQuery()) { counts[backend] += 1 }
    }
    return counts
  }
}
