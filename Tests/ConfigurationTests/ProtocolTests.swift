import Testing

@testable import Configuration

/// What listeners and clusters speak: the values that the data plane gets, the doors that lead
/// nowhere, and the limits of HTTP/2.
@Suite("Protocols")
struct ProtocolTests {
  /// An object of the configuration, and what is wrong with it.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }

    var testDescription: String { text }
  }

  private static let http2Alone =
    "no client can come to it; there are prior_knowledge, upgrade with http1, and alpn with TLS"
  private static let webSocketAlone =
    "no client can come to it; there are http1, and extended_connect with http2"

  static let doors = [
    Case(#"{"http1":{}}"#),
    Case(#"{"http2":{}}"#),
    Case(#"{"http1":{},"http2":{},"websocket":{}}"#),
    Case(#"{"http2":{"upgrade":false,"alpn":false}}"#),
    Case(#"{"http1":{},"http2":{"prior_knowledge":false,"alpn":false}}"#),
    Case(
      #"{"http2":{"upgrade":true}}"#,
      "http2.upgrade: takes http1, which this listener does not speak"),
    Case(#"{"http2":{"prior_knowledge":false}}"#, "http2: \(http2Alone)"),
    Case(#"{"http2":{"prior_knowledge":false,"alpn":true}}"#, "http2: \(http2Alone)"),
    Case(
      #"{"http1":{},"http2":{"prior_knowledge":false,"upgrade":false}}"#,
      "warning: http2: \(http2Alone)"),
    Case(#"{"websocket":{}}"#, "websocket: \(webSocketAlone)"),
    Case(#"{"http1":{},"websocket":{}}"#),
    Case(#"{"http2":{},"websocket":{}}"#),
    Case(#"{"http2":{},"websocket":{"extended_connect":false}}"#, "websocket: \(webSocketAlone)"),
    Case(#"{"http1":{},"websocket":{"extended_connect":false}}"#),
    Case(
      #"{"http1":{},"websocket":{"extended_connect":true}}"#,
      "websocket.extended_connect: takes http2, which this listener does not speak"),
    // The key that is wrong may be the one that is missed: no more is said.
    Case(
      #"{"htpp1":{},"websocket":{}}"#, "htpp1: there is no such key; did you mean \"http1\"?"),
  ]

  @Test(
    "a door that leads nowhere is spoken of, and a listener without any refused", arguments: doors)
  func door(_ item: Case) {
    let result = load("{\"listeners\":{\"l\":{\"bind\":\"*:80\",\"protocols\":\(item.text)}}}")
    #expect(problems(result, below: "listeners.l.protocols.") == item.problems)
    let isRefused = item.problems.contains { !$0.hasPrefix("warning") }
    #expect((result.snapshot == nil) == isRefused)
  }

  @Test("a listener speaks what its protocols name, and all there are without them")
  func named() throws {
    let all = ListenerConfig()
    #expect(all.http1 != nil && all.http2 != nil && all.websocket != nil)
    #expect(try listener("{}").http1 == all.http1)
    #expect(try listener("{}").http2 == all.http2)
    #expect(try listener("{}").websocket == all.websocket)
    let one = try listener(#"{"protocols":{"http1":{}}}"#)
    #expect(one.http1 == HTTP1Config() && one.http2 == nil && one.websocket == nil)
    let two = try listener(#"{"protocols":{"http2":{},"websocket":{}}}"#)
    #expect(two.http1 == nil && two.http2 == HTTP2Config() && two.websocket == WebSocketConfig())
  }

  @Test("every key of http2 reaches its property")
  func http2() throws {
    let config = try #require(
      try listener(
        """
        {"protocols":{"http1":{},"http2":{"prior_knowledge":false,"upgrade":true,"alpn":false,
          "max_concurrent_streams":1,"stream_window":"128KiB","connection_window":"2MiB",
          "max_frame":"32KiB","header_table":"0B","max_head":"2KiB","max_fields":3,
          "idle_timeout":"4s","settings_timeout":"5s","reset_burst":6,"reset_rate":7,
          "glitch_burst":8,"glitch_rate":9}}}
        """
      ).http2)
    var expected = HTTP2Config()
    (expected.priorKnowledge, expected.alpn) = (false, false)
    expected.maxConcurrentStreams = 1
    (expected.streamWindow, expected.connectionWindow) = (131_072, 2_097_152)
    (expected.maxFrame, expected.headerTable) = (32_768, 0)
    (expected.maxHead, expected.maxFields) = (2048, 3)
    (expected.idleTimeout, expected.settingsTimeout) = (.seconds(4), .seconds(5))
    (expected.resetBurst, expected.resetRate) = (6, 7)
    (expected.glitchBurst, expected.glitchRate) = (8, 9)
    #expect(config == expected)
  }

  @Test("every key of websocket reaches its property")
  func webSocket() throws {
    let config = try #require(
      try listener(
        #"{"protocols":{"http1":{},"websocket":{"idle_timeout":"5m","extended_connect":false}}}"#
      ).websocket)
    #expect(config.idleTimeout == .seconds(300) && !config.extendedConnect)
  }

  @Test("every key of a cluster's http2 reaches its property")
  func backendHTTP2() throws {
    let result = load(
      """
      {"listeners":{"l":{"bind":"*:80"}},"clusters":{"c":{"backends":["a:1"],"protocol":"http2",
        "http2":{"max_concurrent_streams":1,"stream_window":"128KiB","connection_window":"2MiB",
        "max_frame":"1MiB","header_table":"64KiB","ping_interval":"0s","ping_timeout":"2s",
        "settings_timeout":"3s"},"timeouts":{"grpc_max":"4s"}}}}
      """)
    let cluster = try #require(result.snapshot?.routing.clusters.first)
    var expected = BackendHTTP2Config()
    expected.maxConcurrentStreams = 1
    (expected.streamWindow, expected.connectionWindow) = (131_072, 2_097_152)
    (expected.maxFrame, expected.headerTable) = (1_048_576, 65_536)
    (expected.pingInterval, expected.pingTimeout) = (.zero, .seconds(2))
    expected.settingsTimeout = .seconds(3)
    #expect(cluster.protocol == .http2)
    #expect(cluster.http2 == expected)
    #expect(cluster.timeouts.grpcMax == .seconds(4))
  }

  @Test("a route says what it lets a connection become, and whether it is gRPC")
  func route() throws {
    #expect(try route("").upgrades == [.websocket])
    #expect(try route("").grpc == .auto)
    #expect(try route(#","upgrades":[]"#).upgrades == [])
    #expect(try route(#","upgrades":"websocket""#).upgrades == [.websocket])
    #expect(try route(#","upgrades":["websocket"]"#).upgrades == [.websocket])
    #expect(try route(#","grpc":true"#).grpc == .always)
    #expect(try route(#","grpc":false"#).grpc == .never)
    #expect(try route(#","grpc":"auto""#).grpc == .auto)
    let timed = try route(#","timeouts":{"tunnel_idle":"1s","grpc_max":"2s"}"#)
    #expect(timed.tunnelIdleTimeout == .seconds(1) && timed.grpcMaxTimeout == .seconds(2))
    #expect(try route("").tunnelIdleTimeout == nil)
    #expect(try route("").grpcMaxTimeout == nil)
  }

  static let limits = [
    Case(
      #"{"max_concurrent_streams":0,"max_fields":1001,"reset_burst":0,"glitch_rate":1000001}"#,
      "max_concurrent_streams: 0 is outside 1...10000", "max_fields: 1001 is outside 1...1000",
      "reset_burst: 0 is outside 1...1000000", "glitch_rate: 1000001 is outside 1...1000000"),
    Case(#"{"stream_window":"65535B","connection_window":"65535B"}"#),
    Case(#"{"connection_window":"2147483647B"}"#),
    Case(
      #"{"stream_window":"65534B","connection_window":"2GiB"}"#,
      "stream_window: 65534B is outside 65535B...2147483647B",
      "connection_window: 2GiB is outside 65535B...2147483647B"),
    Case(
      #"{"stream_window":"2MiB"}"#,
      "stream_window: connection_window, 1MiB, is less than stream_window, 2MiB"),
    Case(
      #"{"stream_window":"2MiB","connection_window":"1024KiB"}"#,
      "connection_window: connection_window, 1MiB, is less than stream_window, 2MiB"),
    Case(
      #"{"max_frame":"16383B","header_table":"65KiB","max_head":"1B"}"#,
      "max_frame: 16383B is outside 16KiB...1MiB", "header_table: 65KiB is outside 0B...64KiB",
      "max_head: 1B is outside 1KiB...1MiB"),
    Case(
      #"{"idle_timeout":"0s","settings_timeout":10}"#,
      "idle_timeout: 0s is outside 1ms...24h",
      "settings_timeout: expected a duration with its unit, such as \"2s\", found 10"),
    Case(
      #"{"upgrade":"yes","max_header":"1KiB"}"#, "upgrade: expected true or false, found a string",
      "max_header: there is no such key; did you mean \"max_head\"?"),
  ]

  @Test("the limits of http2 have ranges", arguments: limits)
  func limit(_ item: Case) {
    let result = load(
      "{\"listeners\":{\"l\":{\"bind\":\"*:80\",\"protocols\":{\"http1\":{},\"http2\":\(item.text)}}}}"
    )
    #expect(problems(result, below: "listeners.l.protocols.http2.") == item.problems)
  }

  static let clusters = [
    Case(#""protocol":"http2""#),
    Case(#""protocol":"http1""#),
    Case(
      #""http2":{}"#, "http2: has no effect with protocol http1; set \"protocol\" to \"http2\""),
    Case(
      #""protocol":"http1","http2":{"max_frame":"1B"}"#,
      "http2: has no effect with protocol http1; set \"protocol\" to \"http2\"",
      "http2.max_frame: 1B is outside 16KiB...1MiB"),
    Case(
      #""protocol":"h2","http2":{}"#,
      "protocol: expected one of http1, http2, found \"h2\""),
    Case(
      #""protocol":"http2","http2":{"stream_window":"8MiB","ping_interval":"25h"}"#,
      "http2.stream_window: connection_window, 4MiB, is less than stream_window, 8MiB",
      "http2.ping_interval: 25h is outside 0s...24h"),
  ]

  @Test("of a cluster, http2 takes protocol http2", arguments: clusters)
  func cluster(_ item: Case) {
    let result = load(
      "{\"listeners\":{\"l\":{\"bind\":\"*:80\"}},\"clusters\":{\"c\":{\"backends\":[\"a:1\"],\(item.text)}}}"
    )
    #expect(problems(result, below: "clusters.c.") == item.problems)
  }

  /// The problems without their places, which are those of the values, and without `prefix` in
  /// their paths.
  private func problems(_ result: ConfigurationResult, below prefix: String) -> [String] {
    result.problems.map { problem in
      let word = problem.severity == .warning ? "warning: " : ""
      return "\(word)\(problem.path.replacing(prefix, with: "")): \(problem.message)"
    }
  }

  /// A listener as it is frozen; `text` has its members, but `bind`.
  private func listener(_ text: String) throws -> ListenerConfig {
    let members = text == "{}" ? "}" : ",\(text.dropFirst())"
    let result = load("{\"listeners\":{\"l\":{\"bind\":\"*:80\"\(members)}}")
    return try #require(result.snapshot?.routing.listeners.first)
  }

  /// A route as it is frozen, with these further members.
  private func route(_ members: String) throws -> RouteConfig {
    let result = load(
      "{\"listeners\":{\"l\":{\"bind\":\"*:80\"}},\"routes\":[{\"respond\":{}\(members)}]}")
    return try #require(result.snapshot?.routing.routes.first)
  }
}
