import Configuration
import EventLoop
import Testing

@testable import Proxy

@Suite("Which exchanges have a line")
struct AccessLogFilterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: AccessLogRule
    var isError = false
    var duration = Interval.milliseconds(5)
    /// Of the exchanges 0 to 9.
    let taken: [UInt64]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "all", rule: .all, taken: Array(0..<10)),
    Case(name: "none", rule: .none, taken: []),
    Case(name: "none, errors neither", rule: .none, isError: true, taken: []),
    Case(name: "one of four", rule: AccessLogRule(sample: 4), taken: [0, 4, 8]),
    Case(name: "errors", rule: AccessLogRule(sample: 0, errors: true), taken: []),
    Case(
      name: "errors, of those that are", rule: AccessLogRule(sample: 0, errors: true),
      isError: true, taken: Array(0..<10)),
    Case(
      name: "as slow as the bound",
      rule: AccessLogRule(sample: 0, slowerThan: .milliseconds(5)), taken: Array(0..<10)),
    Case(
      name: "quicker than the bound",
      rule: AccessLogRule(sample: 5, slowerThan: .milliseconds(6)), taken: [0, 5]),
  ]

  @Test("is for the rule to say", arguments: cases)
  func takes(_ c: Case) {
    let filter = AccessLogFilter(c.rule)
    let taken = (0..<10).filter {
      filter.takes(isError: c.isError, duration: c.duration, number: $0)
    }
    #expect(taken == c.taken)
  }
}
