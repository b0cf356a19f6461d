import Bytes
import Testing

@testable import Balancing

@Suite("Two choices, and peak EWMA")
struct TwoChoicesTests {
  static let policies: [BalancePolicy] = [.twoChoices, .peakEWMA]

  @Test("nothing in flight, the shares are those of the weights", arguments: policies)
  func shares(policy: BalancePolicy) {
    let weights = [5, 3, 0, 1, 1]
    var rig = BalancerRig(weights, policy)
    for backend in weights.indices { rig.balancer.answered(backend, in: 1000, at: 0) }
    for (count, weight) in zip(rig.counts(100_000), weights) {
      #expect(abs(count - weight * 10_000) < (policy == .twoChoices ? 500 : 4000))
    }
  }

  @Test("of two that are drawn the less busy one is taken")
  func lessBusy() {
    var rig = BalancerRig([1, 1], .twoChoices)
    rig.counters[0].add(1)
    #expect(rig.counts(1000) == [0, 1000])
    rig.counters[1].add(3)
    #expect(rig.counts(1000) == [1000, 0])
  }

  @Test("busy is meant by weight")
  func byWeight() {
    var rig = BalancerRig([10, 1], .twoChoices)
    rig.counters[0].add(5)
    rig.counters[1].add(1)
    #expect(rig.counts(1000) == [1000, 0])
  }

  @Test("whoever is down, or excluded, is never drawn", arguments: policies)
  func down(policy: BalancePolicy) {
    var rig = BalancerRig([100, 1, 1, 100], policy)
    rig.down([0])
    let counts = rig.counts(1000, excluding: [3])
    #expect(counts[0] == 0 && counts[3] == 0 && counts[1] + counts[2] == 1000)
    #expect(rig.pick(excluding: [1, 2, 3]) == nil)
    rig.down([0, 1, 2])
    #expect(rig.counts(100) == [0, 0, 0, 100])
    rig.down([0, 1, 2, 3])
    #expect(rig.pick() == nil)
  }

  @Test("a slow backend gets less than half of its share", arguments: policies)
  func slow(policy: BalancePolicy) {
    var rig = BalancerRig([1, 1, 1, 1], policy)
    #expect(share(ofSlow: 2, &rig) < (policy == .peakEWMA ? 0.01 : 0.125))
  }

  @Test("different seeds draw differently, and equal ones alike")
  func seeds() {
    func picks(_ seed: UInt64) -> [Int?] {
      var rig = BalancerRig([1, 1, 1, 1], .twoChoices, seed: seed)
      return (0..<50).map { _ in rig.pick() }
    }
    #expect(picks(1) == picks(1) && picks(1) != picks(2))
  }
}

@Suite("Response times")
struct ResponseTimesTests {
  @Test("rise with the worst at once, and fall slowly")
  func peaks() {
    var times = ResponseTimes(count: 1)
    times.add(100, of: 0, at: 0)
    times.add(1000, of: 0, at: 10)
    #expect(times.estimate(of: 0, load: 0, at: 10) == 1000)
    times.add(100, of: 0, at: 1010)
    let after = times.estimate(of: 0, load: 0, at: 1010)
    #expect((800..<1000).contains(after))
  }

  @Test("fall while nothing is measured, so that a slow one is tried again")
  func forgetting() {
    var times = ResponseTimes(count: 1)
    times.add(1_000_000, of: 0, at: 0)
    let estimates = [0, 5_000, 10_000, 60_000, 3_600_000].map {
      times.estimate(of: 0, load: 0, at: $0)
    }
    #expect(estimates == estimates.sorted().reversed() && estimates[4] < 100)
  }

  @Test("count what is in flight")
  func inFlight() {
    var times = ResponseTimes(count: 2)
    times.add(100, of: 0, at: 0)
    #expect(times.estimate(of: 0, load: 3, at: 0) == 400)
    #expect(times.estimate(of: 1, load: 0, at: 0) == 0, "a new one is tried")
    #expect(times.estimate(of: 1, load: 1, at: 0) > 1e9, "by one request")
  }

  @Test("a clock that goes back does no harm")
  func backwards() {
    var times = ResponseTimes(count: 1)
    times.add(100, of: 0, at: 1000)
    times.add(50, of: 0, at: 0)
    #expect((50...100).contains(times.estimate(of: 0, load: 0, at: 0)))
  }
}

@Suite("The lottery")
struct LotteryTests {
  @Test(
    "draws by weight",
    arguments: [[1], [1, 1], [3, 2, 1], [1, 0, 0, 9], [0, 5], [1, 10_000, 1]])
  func draws(weights: [Int]) {
    var lottery = Lottery()
    let total = weights.reduce(0, +)
    lottery.fill(weights: weights, total: total)
    var random = RandomSource(seed: 3)
    var counts = weights.map { _ in 0 }
    for _ in 0..<100_000 { counts[lottery.draw(random.next())] += 1 }
    for (count, weight) in zip(counts, weights) {
      #expect(abs(Double(count) - Double(weight) / Double(total) * 100_000) < 1000)
      #expect(weight > 0 || count == 0)
    }
  }
}
