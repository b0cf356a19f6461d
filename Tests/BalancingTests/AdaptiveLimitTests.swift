import Balancing
import Testing

@Suite("The adaptive limit")
struct AdaptiveLimitTests {
  /// After answers that took so many microseconds each, one after the other, with the limit in
  /// flight.
  private func limit(_ times: [Double], failed: Bool = false, idle: Bool = false) -> Int {
    var limit = AdaptiveLimit(.init())
    var now = 0.0
    for time in times {
      now += time
      limit.answered(in: time, inFlight: idle ? 1 : limit.limit, failed: failed, at: now)
    }
    return limit.limit
  }

  @Test("begins where it is told to")
  func initial() { #expect(limit([]) == 20) }

  @Test("grows by about one for each round of quick answers")
  func growth() {
    #expect(limit(Array(repeating: 1_000, count: 21)) == 21)
    #expect(limit(Array(repeating: 1_000, count: 1_000_000)) == 1_000)
  }

  @Test("does not grow while nobody needs it")
  func unused() { #expect(limit(Array(repeating: 1_000, count: 1_000), idle: true) == 20) }

  @Test("shrinks by a tenth when answers are late, down to the least")
  func late() {
    #expect(limit([1_000, 3_000]) == 18)
    #expect(limit([1_000, 1_900]) == 20)
    #expect(limit([1_000] + Array(repeating: 50_000, count: 40)) == 4)
  }

  @Test("shrinks when answers fail")
  func failures() { #expect(limit([1_000], failed: true) == 18) }

  @Test("shrinks once for requests that were under way together")
  func together() {
    var limit = AdaptiveLimit(.init())
    limit.answered(in: 1_000, inFlight: 20, failed: false, at: 1_000)
    for offset in 0..<20 {
      limit.answered(in: 9_000, inFlight: 20, failed: false, at: 10_000 + Double(offset))
    }
    #expect(limit.limit == 18)
  }

  @Test("is not made small by one quick kind of request among others")
  func mixed() {
    let times = (0..<20_000).map { $0 % 10 == 0 ? 1_000.0 : 20_000.0 }
    #expect(limit(times) > 100)
  }

  @Test("takes what comes again and again for usual in the end")
  func usual() {
    #expect(limit([1_000] + Array(repeating: 5_000, count: 3_000)) > 20)
  }
}
