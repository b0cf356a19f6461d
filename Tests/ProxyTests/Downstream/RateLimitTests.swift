import EventLoop
import Testing

@testable import Proxy

@Suite("The least rate of a peer")
struct RateLimitTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rate: Int
    let octets: UInt64
    let waited: Interval
    let isTooSlow: Bool
    var testDescription: String {
      "\(octets) octets in \(waited.microseconds) us at \(rate) a second"
    }
  }

  static let cases = [
    Case(rate: 500, octets: 0, waited: .zero, isTooSlow: false),
    Case(rate: 500, octets: 0, waited: .seconds(10), isTooSlow: false),
    Case(rate: 500, octets: 0, waited: .milliseconds(10_999), isTooSlow: false),
    Case(rate: 500, octets: 499, waited: .seconds(11), isTooSlow: true),
    Case(rate: 500, octets: 500, waited: .seconds(11), isTooSlow: false),
    Case(rate: 500, octets: 500, waited: .milliseconds(11_999), isTooSlow: false),
    Case(rate: 500, octets: 500, waited: .seconds(12), isTooSlow: true),
    Case(rate: 500, octets: 24_999, waited: .seconds(60), isTooSlow: true),
    Case(rate: 500, octets: 25_000, waited: .seconds(60), isTooSlow: false),
    Case(rate: 1, octets: 0, waited: .seconds(11), isTooSlow: true),
    Case(rate: 0, octets: 0, waited: .infinite, isTooSlow: false),
    Case(rate: -1, octets: 0, waited: .infinite, isTooSlow: false),
    Case(rate: 500, octets: 1 << 40, waited: .infinite, isTooSlow: true),
    Case(rate: .max, octets: .max, waited: .infinite, isTooSlow: true),
    Case(rate: .max, octets: 1 << 62, waited: .seconds(11), isTooSlow: true),
    Case(rate: 500, octets: 0, waited: Interval(microseconds: .min), isTooSlow: false),
  ]

  @Test("counts from ten seconds of waiting on, by whole seconds", arguments: cases)
  func limit(_ c: Case) {
    #expect(RateLimit(octetsPerSecond: c.rate).isTooSlow(c.octets, in: c.waited) == c.isTooSlow)
  }

  @Test("a meter sums the octets, and the time that was waited for them")
  func meter() {
    let limit = RateLimit(octetsPerSecond: 100)
    var meter = RateMeter()
    var isBelow: [Bool] = []
    for (octets, seconds) in [(0, 10), (99, 1), (1, 0), (0, 1), (1000, 0), (0, 9), (0, 1)] {
      meter.moved(octets, afterWaiting: .seconds(Int64(seconds)))
      isBelow.append(meter.isBelow(limit))
    }
    #expect(isBelow == [false, true, false, true, false, false, true])
  }

  @Test("what moves without waiting is never too slow")
  func withoutWaiting() {
    var meter = RateMeter()
    for _ in 0..<1000 { meter.moved(0, afterWaiting: .zero) }
    #expect(!meter.isBelow(RateLimit(octetsPerSecond: .max)))
  }
}
