import Balancing
import Testing

@Suite("Slow start")
struct SlowStartTests {
  @Test(
    "grows from a tenth to the whole",
    arguments: [
      (1_000, 10), (1_500, 10), (2_000, 10), (2_100, 11), (6_000, 50), (10_999, 99),
      (11_000, 100), (99_000, 100), (500, 10),
    ] as [(UInt64, Int)])
  func growth(now: UInt64, percent: Int) {
    #expect(SlowStart(duration: 10_000).percent(at: now, since: 1_000) == percent)
  }

  @Test("says when it has grown")
  func change() {
    let start = SlowStart(duration: 10_000)
    #expect(start.nextChange(at: 1_000, since: 1_000) == 1_100)
    #expect(start.nextChange(at: 11_000, since: 1_000) == nil)
    #expect(SlowStart(duration: 1).nextChange(at: 7, since: 7) == 17)
  }

  @Test("is for those that have come, and only if there is one")
  func none() {
    #expect(SlowStart(duration: 10_000).percent(at: 5, since: 0) == 100)
    #expect(SlowStart().percent(at: 5, since: 4) == 100)
    #expect(SlowStart().nextChange(at: 5, since: 4) == nil)
  }
}
