import Testing

@testable import Configuration

@Suite("Retries")
struct RetryTests {
  /// Problems with the retries of a cluster, without places.
  private func problems(_ retries: String) -> [String] {
    load(
      #"{"listeners":{"l":{"bind":"*:80"}},"clusters":{"c":{"backends":["a:1"],"retries":\#(retries)}}}"#
    ).lines.compactMap { $0.split(separator: "c.retries", maxSplits: 1).last.map(String.init) }
  }

  static let wrong = [
    ("3", ": expected an object, found 3"),
    (#"{"attempts":0}"#, ".attempts: 0 is outside 1...10"),
    (#"{"attempts":11}"#, ".attempts: 11 is outside 1...10"),
    (
      #"{"on":["rest"]}"#,
      ".on[0]: expected one of connect_failure, reset, reused, refused_stream, found \"rest\"; "
        + "did you mean \"reset\"?"
    ),
    (#"{"statuses":[200]}"#, ".statuses[0]: 200 is outside 400...599"),
    (#"{"statuses":["502"]}"#, ".statuses[0]: expected a whole number, found a string"),
    (#"{"replay":"2MiB"}"#, ".replay: 2MiB is outside 0B...1MiB"),
    (
      #"{"max_backoff":"10ms"}"#,
      ".max_backoff: 10ms is less than \"backoff\", which is 25ms"
    ),
    (#"{"budget":{"percent":-1}}"#, ".budget.percent: -1 is outside 0...1000"),
    (#"{"hedge_after":"0s"}"#, ".hedge_after: 0s is outside 1ms...24h"),
    (
      #"{"attempts":1,"hedge_after":"1s"}"#,
      ".hedge_after: a hedge is a second try, and \"attempts\" is 1"
    ),
  ]

  @Test("that contradict themselves are refused", arguments: wrong)
  func refused(text: String, problem: String) {
    #expect(problems(text) == [problem])
  }

  @Test("are those of the route, where it has some")
  func ofRoute() throws {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"c":{"backends":["a:1"],"retries":{"attempts":4,"statuses":502}}},
       "routes":[{"cluster":"c","retries":{"on":[],"methods":"any","backoff":"1s"}}]}
      """
    let routing = try #require(load(text).snapshot).routing
    #expect(routing.clusters[0].retries.attempts == 4)
    #expect(routing.clusters[0].retries.statuses == [502])
    let retries = try #require(routing.routes[0].retries)
    #expect(retries.attempts == 2 && retries.conditions.isEmpty && retries.methods == .any)
    #expect(retries.backoff == .seconds(1) && retries.maxBackoff == .seconds(1))
  }

  @Test("of a route have no budget")
  func budget() {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},"clusters":{"c":{"backends":["a:1"]}},
       "routes":[{"cluster":"c","retries":{"budget":{}}}]}
      """
    #expect(load(text).lines.contains { $0.contains("the budget is the cluster's") })
  }
}
