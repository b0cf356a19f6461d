import EventLoop
import Testing

@Suite("Instants and intervals")
struct InstantTests {
  struct Sum: Sendable, CustomTestStringConvertible {
    let name: String
    let instant: Instant
    let interval: Interval
    let result: Instant
    var testDescription: String { name }
  }

  static let sums = [
    Sum(
      name: "an ordinary sum", instant: Instant(microseconds: 5), interval: .milliseconds(2),
      result: Instant(microseconds: 2005)),
    Sum(
      name: "nothing", instant: Instant(microseconds: 5), interval: .zero,
      result: Instant(microseconds: 5)),
    Sum(name: "an infinite interval", instant: Instant.read(), interval: .infinite, result: .never),
    Sum(name: "beyond never", instant: .never, interval: .seconds(1), result: .never),
    Sum(
      name: "just before the end", instant: Instant(microseconds: .max - 2),
      interval: Interval(microseconds: 1), result: Instant(microseconds: .max - 1)),
    Sum(
      name: "just past the end", instant: Instant(microseconds: .max - 2),
      interval: Interval(microseconds: 3), result: .never),
    Sum(
      name: "back in time", instant: Instant(microseconds: 5),
      interval: Interval(microseconds: -2), result: Instant(microseconds: 3)),
  ]

  @Test("a sum stops at never", arguments: sums)
  func addition(_ c: Sum) {
    #expect(c.instant + c.interval == c.result)
  }

  struct Length: Sendable, CustomTestStringConvertible {
    let duration: Duration
    let microseconds: Int64
    var testDescription: String { "\(duration)" }
  }

  static let lengths = [
    Length(duration: .zero, microseconds: 0),
    Length(duration: .nanoseconds(1), microseconds: 0),
    Length(duration: .nanoseconds(999), microseconds: 0),
    Length(duration: .nanoseconds(1999), microseconds: 1),
    Length(duration: .milliseconds(250), microseconds: 250_000),
    Length(duration: .seconds(75), microseconds: 75_000_000),
    Length(duration: .seconds(9_223_372_036_854), microseconds: 9_223_372_036_854_000_000),
    Length(duration: .seconds(9_223_372_036_855), microseconds: .max),
    Length(duration: .seconds(Int64.max), microseconds: .max),
    Length(
      duration: .seconds(9_223_372_036_854) + .microseconds(775_808), microseconds: .max),
  ]

  @Test("a duration is rounded down to microseconds, or infinite", arguments: lengths)
  func durations(_ c: Length) {
    #expect(Interval(c.duration) == Interval(microseconds: c.microseconds))
  }

  @Test("what is no number of microseconds is infinite")
  func saturation() {
    #expect(Interval.seconds(.max) == .infinite)
    #expect(Interval.milliseconds(.max) == .infinite)
    #expect(Interval.seconds(3) == .milliseconds(3000))
    #expect(Interval.milliseconds(3) == Interval(microseconds: 3000))
  }

  @Test("order and difference agree")
  func order() {
    let early = Instant(microseconds: 10)
    let late = early + .milliseconds(1)
    #expect(early < late && late < .never)
    #expect(late - early == .milliseconds(1))
    #expect(early - late < .zero)
    #expect(Interval.zero < .infinite)
  }

  @Test("the clock does not go back")
  func clock() {
    var last = Instant.read()
    for _ in 0..<1000 {
      let next = Instant.read()
      #expect(next >= last)
      last = next
    }
  }
}
