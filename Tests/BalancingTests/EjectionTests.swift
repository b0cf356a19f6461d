import Balancing
import Testing

@Suite("Ejection of a backend that answers failures")
struct EjectionTests {
  private let policy = EjectionPolicy()

  @Test("is due after so many failures in a row, and a success begins anew")
  func consecutive() {
    var state = Ejection()
    for count in 1...4 {
      state = state.afterFailure(at: 10)
      #expect(state.failures == count && !state.isDue(policy))
    }
    state = state.afterSuccess
    for _ in 1...4 { state = state.afterFailure(at: 20) }
    #expect(!state.isDue(policy))
    #expect(state.afterFailure(at: 20).isDue(policy))
  }

  @Test("is never due when failures in a row are not counted")
  func uncounted() {
    var state = Ejection()
    for _ in 0..<300 { state = state.afterFailure(at: 1) }
    #expect(state.failures == 255)
    #expect(!state.isDue(EjectionPolicy(consecutive: 0)))
  }

  @Test("lasts longer each time, up to the most")
  func growth() {
    var state = Ejection()
    var now: UInt64 = 1_000
    var rests: [UInt64] = []
    for _ in 0..<40 {
      state = state.afterEjection(at: now, policy: policy)
      rests.append(state.until - now)
      now = state.until
    }
    #expect(Array(rests.prefix(4)) == [10_000, 20_000, 30_000, 40_000])
    #expect(rests.last == 300_000)
  }

  @Test("forgets one for each base that has passed without")
  func forgetting() {
    var state = Ejection()
    for _ in 0..<3 { state = state.afterEjection(at: state.until, policy: policy) }
    #expect(state.count == 3)
    #expect(state.afterEjection(at: state.until + 9_999, policy: policy).count == 4)
    #expect(state.afterEjection(at: state.until + 20_000, policy: policy).count == 2)
    #expect(state.afterEjection(at: state.until + 900_000, policy: policy).count == 1)
  }

  @Test("can be taken back")
  func undone() {
    let state = Ejection().afterEjection(at: 5, policy: policy)
    #expect(state.afterUndoing(at: 5) == Ejection())
    #expect(Ejection().afterUndoing(at: 5) == Ejection())
  }

  @Test("keeps what was before it when it is taken back")
  func undoneLater() {
    var state = Ejection()
    for _ in 0..<3 { state = state.afterEjection(at: state.until, policy: policy) }
    let (count, now) = (state.count, state.until)
    state = state.afterEjection(at: now, policy: policy).afterUndoing(at: now)
    #expect(state.count == count)
    #expect(!state.isEjected(at: now))
    #expect(state.afterEjection(at: now, policy: policy).count == count + 1)
  }

  @Test("does not count what was on its way, nor ejects twice")
  func onTheWay() {
    let state = Ejection().afterEjection(at: 100, policy: policy)
    #expect(state.isEjected(at: 101) && state.isEjected(at: 10_099) && !state.isEjected(at: 10_100))
    #expect(state.afterFailure(at: 200) == state)
    #expect(state.afterEjection(at: 200, policy: policy) == state)
  }

  @Test(
    "a share of the backends at most",
    arguments: [
      (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (100, 50),
    ])
  func share(total: Int, most: Int) {
    #expect(policy.most(of: total) == most)
  }
}
