import Balancing
import TestSupport
import Testing

@Suite("Rest of a backend that refuses connections")
struct BackendRestTests {
  @Test("rest doubles with each failure up to the maximum")
  func growth() {
    let policy = RestPolicy()
    let rests = (0...8).map { policy.rest(afterFailures: $0) }
    #expect(rests == [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    #expect(policy.rest(afterFailures: 255) == 30_000)
    #expect(RestPolicy(base: .max, maximum: 5).rest(afterFailures: 3) == 5)
  }

  enum Event: Sendable { case failed, succeeded, began, refused, undone }

  struct Step: Sendable {
    let time: UInt64
    let event: Event
    /// After the event: failures in a row, and milliseconds until a try is allowed.
    let failures: UInt64
    let remaining: UInt64
  }

  struct Life: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [Step]
    var testDescription: String { name }
  }

  static let lives: [Life] = [
    Life(
      name: "usable: any number of requests may go",
      steps: [
        Step(time: 5, event: .began, failures: 0, remaining: 0),
        Step(time: 5, event: .began, failures: 0, remaining: 0),
        Step(time: 6, event: .succeeded, failures: 0, remaining: 0),
      ]),
    Life(
      name: "rests after a failure, then one try at a time",
      steps: [
        Step(time: 100, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 1_099, event: .refused, failures: 1, remaining: 1),
        Step(time: 1_100, event: .began, failures: 1, remaining: 10_000),
        Step(time: 1_100, event: .refused, failures: 1, remaining: 10_000),
        Step(time: 1_150, event: .succeeded, failures: 0, remaining: 0),
        Step(time: 1_150, event: .began, failures: 0, remaining: 0),
      ]),
    Life(
      name: "a failed try rests twice as long",
      steps: [
        Step(time: 0, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 1_000, event: .began, failures: 1, remaining: 10_000),
        Step(time: 1_001, event: .failed, failures: 2, remaining: 2_000),
        Step(time: 3_000, event: .refused, failures: 2, remaining: 1),
        Step(time: 3_001, event: .began, failures: 2, remaining: 10_000),
      ]),
    Life(
      name: "failures of requests already on their way count once",
      steps: [
        Step(time: 0, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 1, event: .failed, failures: 1, remaining: 999),
        Step(time: 999, event: .failed, failures: 1, remaining: 1),
        Step(time: 1_000, event: .failed, failures: 2, remaining: 2_000),
      ]),
    Life(
      name: "a try that never reports is followed by another",
      steps: [
        Step(time: 0, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 1_000, event: .began, failures: 1, remaining: 10_000),
        Step(time: 10_999, event: .refused, failures: 1, remaining: 1),
        Step(time: 11_000, event: .began, failures: 1, remaining: 10_000),
      ]),
    Life(
      name: "a try that has found out nothing is followed by another at once",
      steps: [
        Step(time: 0, event: .undone, failures: 0, remaining: 0),
        Step(time: 0, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 500, event: .undone, failures: 1, remaining: 500),
        Step(time: 1_000, event: .began, failures: 1, remaining: 10_000),
        Step(time: 1_001, event: .undone, failures: 1, remaining: 0),
        Step(time: 1_001, event: .began, failures: 1, remaining: 10_000),
        Step(time: 1_002, event: .failed, failures: 2, remaining: 2_000),
      ]),
    Life(
      name: "success resets the growth",
      steps: [
        Step(time: 0, event: .failed, failures: 1, remaining: 1_000),
        Step(time: 1_000, event: .failed, failures: 2, remaining: 2_000),
        Step(time: 1_500, event: .succeeded, failures: 0, remaining: 0),
        Step(time: 1_501, event: .failed, failures: 1, remaining: 1_000),
      ]),
  ]

  @Test("goes through the states", arguments: lives)
  func life(_ c: Life) {
    var rest = BackendRest()
    for step in c.steps {
      switch step.event {
      case .failed: rest.failed(at: step.time)
      case .succeeded: rest.succeeded()
      case .undone: rest = rest.afterUndoingTry(at: step.time)
      case .began:
        #expect(rest.canTry(at: step.time))
        let began = rest.beginTry(at: step.time)
        #expect(began)
      case .refused:
        let before = rest
        #expect(!rest.canTry(at: step.time))
        let began = rest.beginTry(at: step.time)
        #expect(!began)
        #expect(rest == before)
      }
      #expect(rest.failures == step.failures, "at \(step.time)")
      #expect(rest.remaining(at: step.time) == step.remaining, "at \(step.time)")
      #expect(BackendRest(packed: rest.packed) == rest)
    }
  }

  @Test("a usable backend is all zeros")
  func zero() {
    var rest = BackendRest()
    #expect(rest.packed == 0 && rest.isUsable)
    rest.failed(at: 7)
    #expect(!rest.isUsable)
    rest.succeeded()
    #expect(rest.packed == 0)
  }

  @Test("neither endless failures nor the end of time overflow")
  func extremes() {
    var rest = BackendRest()
    var now: UInt64 = 0
    for _ in 0..<1_000 {
      rest.failed(at: now)
      now += 40_000
    }
    #expect(rest.failures == 255)
    #expect(rest.canTry(at: now))
    rest.failed(at: .max)
    let began = rest.beginTry(at: .max)
    #expect(began)
    #expect(rest.isTried && rest.failures == 255)
  }

  @Test("whatever the 64 bits are, nothing traps")
  func anyBits() {
    var random = SplitMix(state: 2)
    for _ in 0..<10_000 {
      let rest = BackendRest(packed: random.next())
      let now = random.next() >> (random.next() & 31)
      #expect(rest.canTry(at: now) == (rest.remaining(at: now) == 0))
      #expect((rest.afterBeginningTry(at: now) != nil) == rest.canTry(at: now))
      #expect(rest.afterFailure(at: now).failures >= rest.failures)
    }
  }
}
