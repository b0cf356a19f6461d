import Testing

@testable import Balancing

@Suite("Shares of subclusters")
struct SubclusterSharesTests {
  /// What each subcluster's backends can do, and what it gets, in percent.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let plans: [SubclusterPlan]
    var spillBelow = 0
    let capacities: [Int]
    let shares: [Int]
    var testDescription: String { name }
  }

  private static func serving(_ weight: Int, level: Int = 0) -> SubclusterPlan {
    SubclusterPlan(weight: weight, level: level, members: .backends([]))
  }

  private static func refusing(_ weight: Int) -> SubclusterPlan {
    SubclusterPlan(weight: weight, members: .refusal)
  }

  static let cases: [Case] = [
    Case(
      name: "by weight", plans: [serving(70), serving(30)], capacities: [100, 100],
      shares: [70, 30]),
    Case(
      name: "half of the backends are enough without a threshold",
      plans: [serving(70), serving(30)],
      capacities: [50, 100], shares: [70, 30]),
    Case(
      name: "none left: the others by weight", plans: [serving(50), serving(30), serving(20)],
      capacities: [0, 100, 100], shares: [0, 60, 40]),
    Case(
      name: "all down", plans: [serving(50), serving(50)], capacities: [0, 0], shares: [0, 0]),
    Case(
      name: "above the threshold nothing spills", plans: [serving(1), serving(1)], spillBelow: 70,
      capacities: [70, 100], shares: [50, 50]),
    Case(
      name: "below it in proportion", plans: [serving(1), serving(1)], spillBelow: 70,
      capacities: [35, 100], shares: [33, 67]),
    Case(
      name: "all below it share what there is", plans: [serving(1), serving(1)], spillBelow: 50,
      capacities: [10, 10], shares: [50, 50]),
    Case(
      name: "the first level bears everything", plans: [serving(1), serving(9, level: 1)],
      capacities: [10, 100], shares: [100, 0]),
    Case(
      name: "the next when the first is down", plans: [serving(1), serving(9, level: 1)],
      capacities: [0, 100], shares: [0, 100]),
    Case(
      name: "with a threshold the next bears the rest",
      plans: [serving(1), serving(9, level: 1), serving(1, level: 2)], spillBelow: 80,
      capacities: [40, 100, 100], shares: [50, 50, 0]),
    Case(
      name: "and the one after that",
      plans: [serving(1), serving(9, level: 1), serving(1, level: 2)],
      spillBelow: 100, capacities: [50, 30, 100], shares: [50, 30, 20]),
    Case(
      name: "a level is as good as its subclusters together",
      plans: [serving(1), serving(1), serving(1, level: 1)], spillBelow: 50,
      capacities: [0, 100, 100], shares: [0, 100, 0]),
    Case(
      name: "levels that cannot bear it all get it all the same",
      plans: [serving(1), serving(1, level: 1)], spillBelow: 100, capacities: [20, 20],
      shares: [50, 50]),
    Case(
      name: "a level of weight 0 is passed over", plans: [serving(0), serving(1, level: 1)],
      capacities: [100, 100], shares: [0, 100]),
    Case(
      name: "a refusal by weight", plans: [serving(60), serving(30), refusing(10)],
      capacities: [100, 100, 0], shares: [60, 30, 10]),
    Case(
      name: "a refusal stays the same when others fail",
      plans: [serving(60), serving(30), refusing(10)], capacities: [0, 100, 0], shares: [0, 90, 10]),
    Case(
      name: "a refusal beside levels", plans: [serving(90), serving(5, level: 1), refusing(10)],
      capacities: [0, 100, 0], shares: [0, 90, 10]),
    Case(
      name: "nobody serves, nobody refuses", plans: [serving(90), refusing(10)],
      capacities: [0, 0],
      shares: [0, 0]),
  ]

  @Test("are what weights, levels and capacities say", arguments: cases)
  func shares(_ c: Case) {
    let weights = SubclusterShares(c.plans, spillBelow: c.spillBelow)
      .weights(capacities: c.capacities.map { $0 * 100 })
    let total = max(1, weights.reduce(0, +))
    #expect(weights.map { Int((Double($0) / Double(total) * 100).rounded()) } == c.shares)
  }

  @Test("are exact multiples of the weights while all is well")
  func exact() {
    let shares = SubclusterShares([70, 29, 1].map { Self.serving($0) }, spillBelow: 70)
    #expect(
      shares.weights(capacities: [10_000, 10_000, 10_000])
        == [70, 29, 1].map { $0 * SubclusterShares.unit })
  }
}
