import Balancing
import Testing

@Suite("The budget of further tries")
struct RetryBudgetTests {
  @Test("allows a share of the requests", arguments: [0, 10, 20, 100, 300])
  func share(percent: Int) {
    var budget = RetryBudget(percent: percent, minPerSecond: 0)
    for index in 0..<1000 as Range<UInt64> { _ = budget.countRequest(at: 5_000 + index) }
    let taken = (0..<5000).count { _ in budget.take(at: 6_000) }
    #expect(taken == 10 * percent)
  }

  @Test("tells what is left, and when to tell it")
  func left() {
    var budget = RetryBudget(percent: 50, minPerSecond: 1)
    #expect(budget.left == 10 && budget.leftAtRest == 10)
    let first = (0..<3).map { _ in budget.countRequest(at: 7_000) }
    #expect(first == [true, false, false] && budget.left == 10)
    for _ in 0..<37 { _ = budget.countRequest(at: 7_999) }
    let verdict1 = budget.take(at: 7_999)
    #expect(verdict1 && budget.left == 19)
    let verdict2 = budget.countRequest(at: 17_000)
    #expect(verdict2 && budget.left == 10)
  }

  @Test("allows a few however few requests there are")
  func floor() {
    var budget = RetryBudget(percent: 20, minPerSecond: 3)
    let first = (0..<100).count { _ in budget.take(at: 1_000) }
    let early = budget.take(at: 10_999)
    let second = (0..<100).count { _ in budget.take(at: 11_000) }
    #expect(first == 30 && !early && second == 30)
  }

  @Test("forgets a second after ten", arguments: [19_000, 25_000, 1_000_000, .max / 2] as [UInt64])
  func forgets(later: UInt64) {
    var budget = RetryBudget(percent: 100, minPerSecond: 0)
    for _ in 0..<50 { _ = budget.countRequest(at: 999) }
    let verdict1 = budget.take(at: 9_999)
    #expect(verdict1)
    // The requests are forgotten before that try is.
    for moment in [10_000, 18_999, later] {
      let verdict2 = budget.take(at: moment)
      #expect(!verdict2)
    }
    _ = budget.countRequest(at: later)
    let verdict3 = budget.take(at: later)
    #expect(verdict3)
    let verdict4 = budget.take(at: later)
    #expect(!verdict4)
  }

  @Test("of 0 allows nothing")
  func nothing() {
    var budget = RetryBudget(percent: 0, minPerSecond: 0)
    _ = budget.countRequest(at: 0)
    let verdict5 = budget.take(at: 0)
    #expect(!verdict5)
  }

  @Test("goes on over a reload, with the new share")
  func adopted() {
    var old = RetryBudget(percent: 10, minPerSecond: 0)
    for _ in 0..<100 { _ = old.countRequest(at: 1_000) }
    let taken = (0..<4).count { _ in old.take(at: 1_000) }
    #expect(taken == 4)
    var fresh = RetryBudget(percent: 5, minPerSecond: 0)
    fresh.adopt(from: old)
    let verdict6 = fresh.take(at: 1_500)
    #expect(verdict6)
    let verdict7 = fresh.take(at: 1_500)
    #expect(!verdict7)
  }
}
