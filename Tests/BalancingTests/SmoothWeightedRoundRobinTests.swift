import Balancing
import TestSupport
import Testing

@Suite("Smooth weighted round robin")
struct SmoothWeightedRoundRobinTests {
  struct Sequence: Sendable, CustomTestStringConvertible {
    let name: String
    let weights: [Int]
    var startingAt = 0
    var down: Set<Int> = []
    let picks: [Int?]
    var testDescription: String { name }
  }

  static let sequences: [Sequence] = [
    Sequence(
      name: "3, 2, 1", weights: [3, 2, 1], picks: [0, 1, 0, 2, 1, 0, 0, 1, 0, 2, 1, 0]),
    Sequence(
      name: "300, 200, 100 is the same", weights: [300, 200, 100], picks: [0, 1, 0, 2, 1, 0]),
    Sequence(
      name: "3, 2, 1 without the first", weights: [3, 2, 1], down: [0],
      picks: [1, 2, 1, 1, 2, 1]),
    Sequence(name: "5, 1, 1 is spread", weights: [5, 1, 1], picks: [0, 0, 1, 0, 2, 0, 0]),
    Sequence(name: "ties go to the first", weights: [1, 1, 1], picks: [0, 1, 2, 0, 1, 2]),
    Sequence(name: "one alone", weights: [7], picks: [0, 0, 0]),
    Sequence(name: "weight 0 among others", weights: [0, 1, 0, 1], picks: [1, 3, 1, 3]),
    Sequence(name: "weight 0 alone", weights: [0], picks: [nil, nil]),
    Sequence(name: "weight 0 is no reserve", weights: [0, 1], down: [1], picks: [nil, nil]),
    Sequence(name: "below 0 counts as 0", weights: [-1, 1], picks: [1, 1]),
    Sequence(name: "nobody", weights: [], picks: [nil]),
    Sequence(name: "all down", weights: [3, 2, 1], down: [0, 1, 2], picks: [nil, nil]),
    Sequence(
      name: "starting at 2", weights: [3, 2, 1], startingAt: 2, picks: [0, 2, 1, 0, 0, 1]),
    Sequence(
      name: "starting at a cycle and 1", weights: [3, 2, 1], startingAt: 7,
      picks: [1, 0, 2, 1, 0, 0]),
    Sequence(name: "starting at 5 with nobody", weights: [0], startingAt: 5, picks: [nil]),
  ]

  @Test("picks in the published order", arguments: sequences)
  func order(_ c: Sequence) {
    var balancer = SmoothWeightedRoundRobin(weights: c.weights, startingAt: c.startingAt)
    #expect(c.picks.map { _ in balancer.pick { !c.down.contains($0) } } == c.picks)
  }

  @Test(
    "over any cycle counts equal weights",
    arguments: [[3, 2, 1], [1], [10, 1, 1, 7], [100, 1], [5, 0, 5, 3], [2, 3, 5, 7, 11, 13]])
  func exactCounts(weights: [Int]) {
    let cycle = weights.reduce(0, +)
    for start in 0..<cycle {
      var balancer = SmoothWeightedRoundRobin(weights: weights, startingAt: start)
      #expect(counts(of: &balancer, picks: cycle) == weights, "starting at \(start)")
    }
  }

  @Test("whoever was away returns to its share at once, and makes up for nothing")
  func returning() {
    var balancer = SmoothWeightedRoundRobin(weights: [3, 2, 1])
    let away = counts(of: &balancer, picks: 300) { $0 != 0 }
    #expect(away == [0, 200, 100])
    #expect(counts(of: &balancer, picks: 600) == [300, 200, 100])
  }

  @Test("stays near the shares while candidates come and go at random")
  func flapping() {
    var random = SplitMix(state: 1)
    let weights = [9, 4, 1, 1]
    var balancer = SmoothWeightedRoundRobin(weights: weights)
    for _ in 0..<10_000 {
      let mask = random.next()
      _ = balancer.pick { mask >> UInt64($0) & 1 == 1 }
    }
    let later = counts(of: &balancer, picks: 15_000)
    for (count, weight) in zip(later, weights) {
      #expect(abs(count - weight * 1000) <= weights.count)
    }
  }

  @Test("an unchanged set goes on where it was", arguments: 0..<6)
  func adoptUnchanged(done: Int) {
    var old = SmoothWeightedRoundRobin(weights: [3, 2, 1], startingAt: done)
    var new = SmoothWeightedRoundRobin(weights: [3, 2, 1])
    new.adopt(from: old) { $0 }
    for _ in 0..<12 {
      #expect(new.pick() == old.pick())
    }
  }

  @Test("a cycle that is adopted half-way, in another order, ends exact", arguments: 0...21)
  func adoptReordered(done: Int) {
    var old = SmoothWeightedRoundRobin(weights: [16, 4, 1])
    let before = counts(of: &old, picks: done)
    var new = SmoothWeightedRoundRobin(weights: [1, 16, 4])
    new.adopt(from: old) { [2, 0, 1][$0] }
    let after = counts(of: &new, picks: 21 - done)
    #expect([before[0] + after[1], before[1] + after[2], before[2] + after[0]] == [16, 4, 1])
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let old: [Int]
    let new: [Int]
    let mapping: [Int?]
    var testDescription: String { name }
  }

  static let changes: [Change] = [
    Change(name: "one leaves", old: [3, 2, 1], new: [2, 1], mapping: [1, 2]),
    Change(name: "one comes", old: [3, 2], new: [3, 2, 4], mapping: [0, 1, nil]),
    Change(name: "a weight falls far", old: [10_000, 1], new: [1, 1], mapping: [0, 1]),
    Change(name: "a weight rises far", old: [1, 1], new: [10_000, 1], mapping: [0, 1]),
    Change(name: "a weight falls to 0", old: [3, 2, 1], new: [0, 2, 1], mapping: [0, 1, 2]),
    Change(name: "all are new", old: [3, 2, 1], new: [4, 4], mapping: [nil, nil]),
    Change(name: "a mapping out of range", old: [3], new: [4, 4], mapping: [7, -1]),
  ]

  @Test("after a change counts are right within two cycles", arguments: changes)
  func adoptChanged(_ c: Change) {
    let cycle = c.new.reduce(0, +)
    for done in 0..<20 {
      let old = SmoothWeightedRoundRobin(weights: c.old, startingAt: done)
      var new = SmoothWeightedRoundRobin(weights: c.new)
      new.adopt(from: old) { c.mapping[$0] }
      let total = counts(of: &new, picks: 3 * cycle)
      for (count, weight) in zip(total, c.new) {
        #expect(abs(count - 3 * weight) <= cycle, "after \(done) picks")
        #expect(weight > 0 || count == 0)
      }
    }
  }

  private func counts(
    of balancer: inout SmoothWeightedRoundRobin, picks: Int,
    where isUp: (Int) -> Bool = { _ in true }
  ) -> [Int] {
    var counts = Array(repeating: 0, count: balancer.count)
    for _ in 0..<picks {
      if let picked = balancer.pick(isUp) { counts[picked] += 1 }
    }
    return counts
  }
}

extension SmoothWeightedRoundRobin {
  /// The next one of those that are up.
  mutating func pick(_ isUp: (Int) -> Bool) -> Int? {
    let weights = (0..<count).map { self[weightOf: $0] }
    for index in weights.indices where !isUp(index) { self[weightOf: index] = 0 }
    defer { for index in weights.indices { self[weightOf: index] = weights[index] } }
    return pick()
  }
}
