import Addressing
import Configuration
import Names
import Testing

@testable import Daemon

/// Always the same number.
private struct Constant: RandomNumberGenerator {
  mutating func next() -> UInt64 { 0 }
}

@Suite("What is told about names")
struct NameReportTests {
  private static let name = BackendName(
    .host, "shop.example", settings: NameSettings(family: .ipv4, shortest: 1000, longest: 1000))

  private var directory = NameDirectory()
  private var report = NameReport()
  private var found: [BackendName: [NamedBackend]] = [:]
  private var generator = Constant()
  private var now: UInt64 = 0

  init() { directory.want([Self.name], at: 0) }

  /// What is new after an answer.
  private mutating func news(_ answer: NameAnswer) -> NameReport.News {
    now += 60_000
    for question in directory.takeDue(at: now, most: 9) {
      directory.received(answer, to: question, at: now, using: &generator)
    }
    let fresh = directory.backends(at: now)
    defer { found = fresh }
    return report.news(from: found, to: fresh, directory.statuses(at: now))
  }

  private static func addresses(_ numbers: UInt32...) -> NameAnswer {
    .records(
      .addresses(numbers.map { IPAddress(v4: 0x0A00_0000 + $0) }), secondsToLive: 1)
  }

  @Test("each change, and a failure once until it is over")
  mutating func news() {
    let first = news(Self.addresses(1, 2))
    #expect(first.changes.map(\.added.count) == [2] && first.changes.map(\.removed.count) == [0])
    #expect(news(Self.addresses(2, 1)) == NameReport.News())
    let failed = news(.failed(.timeout))
    #expect(failed.changes.isEmpty)
    #expect(failed.failures == [.init(name: Self.name, failure: .timeout, kept: 2)])
    #expect(news(.failed(.noServer)) == NameReport.News())
    let back = news(Self.addresses(2, 3))
    #expect(back.recovered == [Self.name])
    #expect(back.changes.map { $0.added.map(\.label) } == [["10.0.0.3"]])
    #expect(back.changes.map { $0.removed.map(\.label) } == [["10.0.0.1"]])
    #expect(news(.failed(.timeout)).failures.count == 1)
  }

  @Test("statistics say what a name stands for, how old that is, and what is wrong")
  mutating func json() {
    _ = news(Self.addresses(1))
    _ = news(.failed(.noSuchName))
    #expect(
      directory.statuses(at: now)[0].json == """
        {"name":"shop.example","backends":["10.0.0.1"],"age_ms":60000,"questions":2,\
        "failures_in_a_row":1,"failure":"no_such_name"}
        """)
  }

  @Test("a backend without an address is a warning at its place")
  mutating func problems() {
    var subcluster = SubclusterConfig()
    subcluster.backends = [
      .ip(IPAddress(v4: 1), port: 80), .name("shop.example", port: 80),
      .name("shop.example", port: 81), .name("other.example", port: 80),
    ].enumerated().map { index, address in
      BackendConfig(address: address, location: SourceLocation(file: "a.json", line: index))
    }
    var cluster = ClusterConfig()
    cluster.name = "app"
    cluster.subclusters = [subcluster]
    cluster.names.family = .ipv4
    cluster.names.minTTL = .seconds(1)
    cluster.names.maxTTL = .seconds(1)
    var routing = RoutingConfig()
    routing.clusters = [cluster]
    let unanswered = nameProblems(of: routing, directory.statuses(at: now))
    #expect(unanswered.map(\.location.line) == [1, 2])
    #expect(unanswered.allSatisfy { $0.severity == .warning && $0.path == "clusters.app" })
    _ = news(.failed(.noSuchName))
    #expect(
      nameProblems(of: routing, directory.statuses(at: now)).map(\.message).first
        == "shop.example has no address yet (no_such_name); it is looked up further")
    _ = news(Self.addresses(1))
    #expect(nameProblems(of: routing, directory.statuses(at: now)).isEmpty)
  }
}
