import Testing

@testable import Configuration

@Suite("Health, ejection and states of backends")
struct HealthTests {
  /// Problems with a cluster, without places.
  private func problems(_ members: String) -> [String] {
    load(
      #"{"listeners":{"l":{"bind":"*:80"}},"clusters":{"c":{"backends":["a:1"],\#(members)}}}"#
    ).lines.compactMap { $0.split(separator: "clusters.c.", maxSplits: 1).last.map(String.init) }
  }

  static let wrong = [
    (#""health":{"port":0}"#, "health.port: 0 is outside 1...65535"),
    (#""health":{"port":65536}"#, "health.port: 65536 is outside 1...65535"),
    (
      #""health":{"timeout":"6s"}"#,
      "health.timeout: 6s is more than \"interval\", which is 5s"
    ),
    (#""health":{"fall":0}"#, "health.fall: 0 is outside 1...100"),
    (#""health":{"rise":101}"#, "health.rise: 101 is outside 1...100"),
    (#""health":{"interval":"1ms"}"#, "health.interval: 1ms is outside 10ms...24h"),
    (
      #""health":{"path":"status"}"#,
      "health.path: expected a path such as \"/healthz\", in ASCII and without spaces"
    ),
    (
      #""health":{"path":"/a b"}"#,
      "health.path: expected a path such as \"/healthz\", in ASCII and without spaces"
    ),
    (#""health":{"statuses":[]}"#, "health.statuses: must not be empty"),
    (#""health":{"statuses":[100]}"#, "health.statuses[0]: 100 is outside 200...599"),
    (#""health":{"type":"tcp","path":"/"}"#, "health.path: takes \"type\" http"),
    (#""health":{"type":"tcp","host":"a"}"#, "health.host: takes \"type\" http or grpc"),
    (#""health":{"service":"a"}"#, "health.service: takes \"type\" grpc"),
    (#""health":{"type":"grpc"}"#, "health: a check by gRPC takes \"protocol\" \"http2\""),
    (
      #""health":{"type":"ping"}"#,
      "health.type: expected one of http, tcp, grpc, found \"ping\""
    ),
    (#""ejection":{"consecutive":256}"#, "ejection.consecutive: 256 is outside 0...255"),
    (#""ejection":{"percent":101}"#, "ejection.percent: 101 is outside 0...100"),
    (
      #""ejection":{"max_time":"5s"}"#,
      "ejection.max_time: 5s is less than \"base_time\", which is 10s"
    ),
    (#""ejection":{"statuses":[302]}"#, "ejection.statuses[0]: 302 is outside 400...599"),
    (#""panic_threshold":101"#, "panic_threshold: 101 is outside 0...100"),
  ]

  @Test("that contradict themselves are refused", arguments: wrong)
  func refused(text: String, problem: String) {
    #expect(problems(text) == [problem])
  }

  @Test("a port is nothing for a unix socket")
  func unixPort() {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"c":{"backends":["unix:/a"],"health":{"port":80}}}}
      """
    #expect(load(text).lines.contains { $0.contains("a backend on a unix socket has no port") })
  }

  @Test("a backend has a state")
  func state() throws {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"c":{"backends":["a:1",{"address":"a:2","state":"drain"},
       {"address":"a:3","state":"down"}]}}}
      """
    let cluster = try #require(load(text).snapshot).routing.clusters[0]
    #expect(cluster.subclusters[0].backends.map(\.state) == [.up, .drain, .down])
  }

  @Test("a timeout that is not given fits the interval")
  func timeout() throws {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"c":{"backends":["a:1"],"health":{"interval":"1s"}}}}
      """
    let health = try #require(load(text).snapshot).routing.clusters[0].health
    #expect(health?.timeout == .seconds(1))
  }
}
