import Bytes
import Testing

@testable import Balancing

@Suite("Least requests")
struct LeastRequestsTests {
  struct Busy: Sendable, CustomTestStringConvertible {
    let name: String
    let weights: [Int]
    let inFlight: [Int]
    var down: Set<Int> = []
    /// Who gets the next requests, if each stays in flight.
    let picks: [Int?]
    var testDescription: String { name }
  }

  static let cases: [Busy] = [
    Busy(name: "who has fewest", weights: [1, 1, 1], inFlight: [2, 1, 3], picks: [1]),
    Busy(
      name: "of two with fewest, not one of those seen before them", weights: [1, 1, 1, 1],
      inFlight: [2, 2, 1, 1], picks: [2, 3]),
    Busy(name: "for its weight", weights: [3, 1], inFlight: [2, 1], picks: [0]),
    Busy(
      name: "until all are even", weights: [3, 2, 1], inFlight: [0, 0, 0],
      picks: [0, 1, 2, 0, 1, 0]),
    Busy(name: "equal for their weights", weights: [30, 20, 10], inFlight: [3, 2, 1], picks: [0]),
    Busy(
      name: "whoever is down is not asked", weights: [1, 1], inFlight: [0, 9], down: [0],
      picks: [1, 1]),
    Busy(name: "nor one of weight 0", weights: [0, 1], inFlight: [0, 5], picks: [1, 1]),
    Busy(name: "all down", weights: [1, 1], inFlight: [0, 0], down: [0, 1], picks: [nil]),
    Busy(name: "nobody", weights: [], inFlight: [], picks: [nil]),
    Busy(
      name: "the greatest weights", weights: [10_000, 10_000, 1], inFlight: [10_000, 9_999, 1],
      picks: [1]),
  ]

  @Test("goes to who has the fewest in flight for its weight", arguments: cases)
  func fewest(_ c: Busy) {
    var rig = BalancerRig(c.weights, .leastRequests)
    rig.down(c.down)
    for (index, count) in c.inFlight.enumerated() { rig.counters[index].add(count) }
    #expect(c.picks.map { _ in rig.start() } == c.picks)
  }

  @Test(
    "among equals the shares are exact",
    arguments: [[3, 2, 1], [1, 1, 1, 1], [7], [10, 1], [5, 0, 5]])
  func turns(weights: [Int]) {
    var rig = BalancerRig(weights, .leastRequests)
    let cycle = weights.reduce(0, +)
    #expect(rig.counts(100 * cycle) == weights.map { $0 * 100 })
  }

  @Test("who was busy for long makes up for one turn only")
  func returning() {
    var rig = BalancerRig([1, 1, 1], .leastRequests)
    rig.counters[0].add(1)
    #expect(rig.counts(1000) == [0, 500, 500])
    rig.counters[0].add(-1)
    let after = rig.counts(300)
    #expect(after.allSatisfy { abs($0 - 100) <= 1 }, "\(after)")
  }

  @Test("shares stay exact over very many turns")
  func longRun() {
    var least = LeastRequests(count: 2)
    least.setWeights([100, 300])
    let rig = BalancerRig([1, 3], .leastRequests)
    let row = CounterRow([rig.counters[0], rig.counters[1]])
    var counts = [0, 0]
    for _ in 0..<200_000 {
      if let picked = least.pick(row) { counts[picked] += 1 }
    }
    #expect(abs(counts[0] - 50_000) <= 2)
  }

  @Test("a slow backend gets less than half of its share")
  func slow() {
    var rig = BalancerRig([1, 1, 1, 1], .leastRequests)
    #expect(share(ofSlow: 0, &rig) < 0.125)
  }
}

/// The share of the requests that backend `slow` gets when its answers take ten times as long and
/// eight clients ask as quickly as they are answered.
func share(ofSlow slow: Int, _ rig: inout BalancerRig) -> Double {
  var busy: [(until: Int, backend: Int, since: Int)] = []
  var (asked, slowly) = (0, 0)
  for now in 0..<20_000 {
    for (index, request) in busy.enumerated().reversed() where request.until == now {
      rig.end(request.backend)
      rig.balancer.answered(
        request.backend, in: Double(now - request.since) * 1000, at: UInt64(now))
      busy.remove(at: index)
    }
    rig.query.now = UInt64(now)
    while busy.count < 8, let backend = rig.start() {
      busy.append((now + (backend == slow ? 100 : 10), backend, now))
      asked += 1
      if backend == slow { slowly += 1 }
    }
  }
  return Double(slowly) / Double(asked)
}
