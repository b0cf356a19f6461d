import Configuration
import Testing

@testable import Daemon

@Suite("What a reload tells")
struct ReloadOutcomeTests {
  private static let warning = ConfigurationProblem(
    .warning, at: SourceLocation(file: "a.json", line: 1, column: 2), path: "b", message: "odd")
  private static let error = ConfigurationProblem(
    .error, at: SourceLocation(file: "a.json", line: 3, column: 4), path: "c", message: "bad")

  static let cases: [(ReloadOutcome, String)] = [
    (.succeeded(.init()), "reloaded\n"),
    (.succeeded(.init(problems: [warning])), "a.json:1:2: warning: b: odd\nreloaded\n"),
    (
      .refused([warning, error]),
      """
      a.json:1:2: warning: b: odd
      a.json:3:4: c: bad
      reload refused: 1 problem; the old configuration goes on

      """
    ),
    (
      .refused([error, error]),
      """
      a.json:3:4: c: bad
      a.json:3:4: c: bad
      reload refused: 2 problems; the old configuration goes on

      """
    ),
  ]

  @Test("every problem has its line, and the last one says how it went", arguments: cases)
  func text(_ outcome: ReloadOutcome, _ text: String) {
    #expect(outcome.text == text)
  }
}

@Suite("Requests for a reload")
struct ReloadRequestsTests {
  @Test("a burst is one reload, and what comes amid one is another")
  func coalesce() {
    var requests = ReloadRequests()
    #expect(requests.begin() == nil)
    for _ in 0..<3 { requests.ask() }
    #expect(requests.begin()?.isEmpty == true)
    #expect(requests.isUnderWay)
    for _ in 0..<3 { requests.ask() }
    #expect(requests.begin() == nil)
    requests.end()
    #expect(requests.begin()?.isEmpty == true)
    requests.end()
    #expect(requests.begin() == nil && !requests.isUnderWay)
  }
}
