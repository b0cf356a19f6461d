import Addressing
import Testing

@testable import Configuration

@Suite("Loading a configuration")
struct LoadConfigurationTests {
  @Test("the least that can be said means the defaults")
  func defaults() throws {
    let result = load(#"{ "listeners": { "web": { "bind": "127.0.0.1:80" } } }"#)
    #expect(result.lines == [])
    let snapshot = try #require(result.snapshot)
    #expect(snapshot.startup == StartupConfig())
    #expect(snapshot.files == ["p.json"])
    var listener = ListenerConfig()
    listener.name = "web"
    listener.bind = [.ip(IPAddress(v4: 0x7F00_0001), port: 80)]
    #expect(snapshot.routing.listeners == [listener])
    #expect(snapshot.routing.logging == LoggingConfig())
    #expect(snapshot.routing.drainTimeout == .seconds(30))
    #expect(snapshot.routing.maxConnections == nil)
  }

  @Test("every key of a listener arrives")
  func listener() throws {
    let result = load(
      """
      { "listeners": { "web": {
        "bind": ["*:80", "[::1]:81", "unix:/run/p.sock", "fd:web"],
        "protocols": { "http1": { "max_request_line": "4KiB", "max_head": "16KiB", "max_fields": 50,
          "max_requests": 0, "odd_field_names": "reject", "half_close": "allow" } },
        "timeouts": { "first_byte": "1s", "select": "2s", "head": "3s", "keep_alive": "4s",
          "body_idle": "5s", "write_idle": "6s", "max_age": "0s" },
        "forwarding": { "trusted_proxies": ["10.0.0.0/8", "unix"], "x_forwarded": false,
          "forwarded": true, "request_id": false, "via": "edge" },
        "min_rate": "0B", "max_connections": 7, "server_field": false,
        "reason_field": true } } }
      """)
    #expect(result.lines == [])
    let listener = try #require(result.snapshot?.routing.listeners.first)
    #expect(
      listener.bind.map(\.description) == [
        "0.0.0.0:80", "[::]:80", "[::1]:81", "unix:/run/p.sock", "fd:web",
      ])
    let http1 = try #require(listener.http1)
    #expect(http1.maxRequestLine == 4096 && http1.maxHead == 16_384 && http1.maxFields == 50)
    #expect(http1.maxRequests == 0 && http1.oddNames == .reject && http1.halfClose == .allow)
    let timeouts = listener.timeouts
    #expect(
      [
        timeouts.firstByte, timeouts.select, timeouts.head, timeouts.keepAlive, timeouts.bodyIdle,
        timeouts.writeIdle, timeouts.maxAge,
      ] == [1, 2, 3, 4, 5, 6, 0].map { .seconds($0) })
    #expect(listener.forwarding.trustedProxies.map(\.description) == ["10.0.0.0/8"])
    #expect(listener.forwarding.trustsUnixPeers && listener.forwarding.forwarded)
    #expect(!listener.forwarding.xForwarded && !listener.forwarding.requestID)
    #expect(listener.forwarding.via == "edge")
    #expect(listener.minRate == 0 && listener.maxConnections == 7 && !listener.serverField)
    #expect(listener.reasonField)
  }

  @Test("every key of a cluster arrives")
  func cluster() throws {
    let result = load(
      """
      { "listeners": { "web": { "bind": "*:80" } }, "clusters": {
        "b": { "backends": ["unix:/run/b.sock"] },
        "a": {
          "subclusters": {
            "east": { "weight": 70, "backends": [
              { "address": "10.0.0.1:80", "weight": 3 }, "App.Example:81" ] },
            "west": { "weight": 0, "backends": ["[::1]:80"] } },
          "host": "backend",
          "timeouts": { "connect": "1s", "response_head": "2s", "body_idle": "3s",
            "write_idle": "4s", "queue": "5ms" },
          "names": { "family": "ipv6", "min_ttl": "2s", "max_ttl": "1m", "max_stale": "1h" },
          "pool": { "max_idle": 0, "idle_timeout": "1m", "max_age": "2m", "max_connections": 3,
            "max_waiting": 4 } } } }
      """)
    #expect(result.lines == [])
    let clusters = try #require(result.snapshot?.routing.clusters)
    #expect(clusters.map(\.name) == ["b", "a"])
    #expect(clusters[0].subclusters.map(\.name) == ["default"])
    #expect(clusters[0].subclusters[0].weight == 1)
    let cluster = clusters[1]
    #expect(cluster.subclusters.map(\.name) == ["east", "west"])
    #expect(cluster.subclusters.map(\.weight) == [70, 0])
    let backends = cluster.subclusters[0].backends
    #expect(backends.map(\.address.description) == ["10.0.0.1:80", "app.example:81"])
    #expect(backends.map(\.weight) == [3, 1])
    #expect(backends[1].location == SourceLocation(file: "p.json", line: 6, column: 52))
    #expect(cluster.host == .backend)
    let timeouts = cluster.timeouts
    #expect(timeouts.connect == .seconds(1) && timeouts.responseHead == .seconds(2))
    #expect(timeouts.bodyIdle == .seconds(3) && timeouts.writeIdle == .seconds(4))
    #expect(timeouts.queue == .milliseconds(5))
    #expect(cluster.pool.maxIdle == 0 && cluster.pool.idleTimeout == .seconds(60))
    #expect(cluster.pool.maxAge == .seconds(120) && cluster.pool.maxConnections == 3)
    #expect(cluster.pool.maxWaiting == 4)
    #expect(cluster.names.family == .ipv6 && cluster.names.minTTL == .seconds(2))
    #expect(cluster.names.maxTTL == .seconds(60) && cluster.names.maxStale == .seconds(3600))
  }

  @Test("every key of the resolver arrives")
  func resolver() throws {
    let result = load(
      """
      { "listeners": { "web": { "bind": "*:80" } }, "resolver": {
        "servers": ["10.0.0.1", "[fd00::1]:5353", "fd00::2"], "timeout": "500ms", "tries": 3 } }
      """)
    #expect(result.lines == [])
    let resolver = try #require(result.snapshot?.routing.resolver)
    #expect(
      resolver.servers.map(\.description) == ["10.0.0.1:53", "[fd00::1]:5353", "[fd00::2]:53"])
    #expect(resolver.timeout == .milliseconds(500) && resolver.tries == 3)
  }

  @Test("every key of a route arrives, and names become indices")
  func routes() throws {
    let result = load(
      """
      { "routes": [
          { "name": "r", "listeners": "b", "hosts": ["Shop.Example", "*.SHOP.example", "10.0.0.1",
              "[0::1]"], "path": ["/api/*", "/exact", "/*"],
            "cluster": "two", "max_body": "1MiB",
            "timeouts": { "total": "10s", "response_head": "5s" }, "access_log": false },
          { "hosts": "a.example",
            "redirect": { "status": 301, "location": "https://{host}:444{path}{query}{{}}" } },
          { "path": "/", "respond": { "status": 200, "content_type": "a/b", "body": "hé\\n" } },
          { "respond": {} } ],
        "clusters": { "one": { "backends": ["a:1"] }, "two": { "backends": ["a:2"] } },
        "listeners": { "a": { "bind": "*:80" }, "b": { "bind": "*:81" } } }
      """)
    #expect(result.lines == [])
    let routes = try #require(result.snapshot?.routing.routes)
    #expect(routes.map(\.name) == ["r", "routes[1]", "routes[2]", "routes[3]"])
    #expect(
      routes[0].hosts == [
        .exact("shop.example"), .suffix("shop.example"), .exact("10.0.0.1"), .exact("[::1]"),
      ])
    #expect(routes[0].paths == [.prefix("/api"), .exact("/exact"), .prefix("")])
    #expect(routes[0].action == .forward(cluster: 1))
    #expect(routes[0].listeners == [1] && routes[0].maxBody == 1 << 20)
    #expect(routes[0].accessLog == AccessLogRule.none)
    #expect(routes[0].totalTimeout == .seconds(10))
    #expect(routes[0].responseHeadTimeout == .seconds(5))
    var redirect = RedirectConfig()
    redirect.status = 301
    redirect.location = [
      .literal("https://"), .host, .literal(":444"), .path, .query, .literal("{}"),
    ]
    #expect(routes[1].action == .redirect(redirect))
    var response = FixedResponseConfig()
    (response.status, response.contentType, response.body) = (200, "a/b", "hé\n")
    #expect(routes[2].action == .respond(response) && routes[2].paths == [.exact("/")])
    #expect(routes[3].action == .respond(FixedResponseConfig()) && routes[3].paths == [.prefix("")])
  }

  @Test("the main file's own keys arrive")
  func settings() throws {
    let result = load(
      """
      { "$schema": "portico.schema.json", "workers": 3, "control_socket": "/run/c.sock",
        "max_connections": 100, "shutdown_delay": "1s", "drain_timeout": "2s",
        "logging": { "level": "debug",
          "access": { "output": "/var/log/a.log", "format": "{client} \\"{method}\\"{{{status}}}" } },
        "listeners": { "a": { "bind": "*:80" } } }
      """)
    #expect(result.lines == [])
    let snapshot = try #require(result.snapshot)
    #expect(snapshot.startup.workers == 3 && snapshot.startup.controlSocket == "/run/c.sock")
    #expect(snapshot.routing.maxConnections == 100)
    #expect(snapshot.routing.shutdownDelay == .seconds(1))
    #expect(snapshot.routing.drainTimeout == .seconds(2))
    #expect(snapshot.routing.logging.level == .debug)
    #expect(snapshot.routing.logging.accessOutput == .file(path: "/var/log/a.log"))
    #expect(
      snapshot.routing.logging.accessFormat
        == .text([
          .variable(.client), .literal(" \""), .variable(.method), .literal("\"{"),
          .variable(.status), .literal("}"),
        ]))
  }

  @Test(
    "where the control socket is, is known when the main file says it, or says nothing of it",
    arguments: [
      ("{}", true), (#"{ "control_socket": "/c", "workers": "?" }"#, true),
      (#"{ "workers": 1, "workers": 2 }"#, true), (#"{ "control_socket": "/c", "x": [ }"#, true),
      (#"{ "x": [ }"#, false), ("", false), ("[]", false), (#"{ "control_socket": "c" }"#, false),
      (#"{ "control_socket": 5 }"#, false), (#"{ "include": "q.json" }"#, true),
    ])
  func controlSocket(text: String, isKnown: Bool) {
    let result = load(text, with: ["q.json": #"{ "control_socket": ["#])
    #expect(result.knowsControlSocket == isKnown)
    #expect(load("{}").knowsControlSocket)
    #expect(!loadConfiguration(at: "none", from: MemoryFiles(files: [:])).knowsControlSocket)
  }

  @Test("a document cut at any octet is refused without a trap")
  func cut() {
    let text = """
      { "listeners": { "web": { "bind": ["*:80"], "timeouts": { "head": "1h30m" } } }, // c
        "routes": [ { "hosts": "*.a\\u002eb", "path": "/%2F/*", "cluster": "c" },
          { "redirect": { "location": "https://{host}{path}" } }, ],
        "clusters": { "c": { "backends": [ { "address": "10.0.0.1:80", "weight": 2 } ] } } }
      """
    #expect(load(text).lines == [])
    let octets = Array(text.utf8)
    for length in octets.indices {
      let result = load(String(decoding: octets.prefix(length), as: UTF8.self))
      #expect(result.snapshot == nil)
      #expect(result.problems.contains { $0.severity == .error })
    }
  }

  @Test("a document with any one octet replaced or left out is read or refused without a trap")
  func damaged() {
    let text = """
      {"listeners":{"w":{"bind":["*:80"]}},//c
      "routes":[{"hosts":"*.a","path":"/%2F/*","cluster":"c"},{"redirect":{"location":"{host}"}},],
      "clusters":{"c":{"backends":[{"address":"1.0.0.1:80","weight":2}],"pool":{"max_age":"1h"}}}}
      """
    #expect(load(text).lines == [])
    let octets = Array(text.utf8)
    for index in octets.indices {
      for replacement in [nil] + Array("{}[]\",:\\/*1".utf8) + [0x00, 0x0A, 0xC3, 0xFF] {
        var damaged = octets
        damaged.replaceSubrange(index...index, with: replacement.map { [$0] } ?? [])
        let result = loadConfiguration(at: "p", from: OneFile(content: damaged))
        #expect((result.snapshot == nil) == result.problems.contains { $0.severity == .error })
      }
    }
  }

  @Test("ten thousand routes and a thousand clusters are loaded whole")
  func large() throws {
    let result = load(largeConfiguration(routes: 10_000, clusters: 1000))
    #expect(result.lines == [])
    let routing = try #require(result.snapshot?.routing)
    #expect(routing.routes.count == 10_000 && routing.clusters.count == 1000)
    #expect(routing.routes[9999].action == .forward(cluster: 999))
  }

  @Test("the hash tells files apart")
  func contentHash() throws {
    let text = #"{ "listeners": { "a": { "bind": "*:80" } } }"#
    let hash = try #require(load(text).snapshot?.contentHash)
    #expect(load(text).snapshot?.contentHash == hash)
    #expect(load(text + " ").snapshot?.contentHash != hash)
    let empty = ["q.json": "{}"]
    let including = #"{ "include": "q.json", "listeners": { "a": { "bind": "*:80" } } }"#
    #expect(
      load(including, with: empty).snapshot?.contentHash != load(including).snapshot?.contentHash)
  }
}

/// A configuration in which every route has a host and a path of its own.
func largeConfiguration(routes: Int, clusters: Int) -> String {
  var text = "{ \"listeners\": { \"web\": { \"bind\": \"*:80\" } }, \"routes\": [\n"
  for index in 0..<routes {
    text +=
      "{ \"name\": \"route-\(index)\", \"hosts\": [\"h\(index).example\", \"*.h\(index).example\"], "
    text += "\"path\": \"/api/\(index)/*\", \"cluster\": \"c\(index % clusters)\" },\n"
  }
  text += "], \"clusters\": {\n"
  for index in 0..<clusters {
    text += "\"c\(index)\": { \"subclusters\": { \"east\": { \"weight\": 70, \"backends\": [ "
    text +=
      "{ \"address\": \"10.0.\(index / 250).\(index % 250):80\", \"weight\": 3 }, \"10.1.0.1:80\" ] }, "
    text += "\"west\": { \"weight\": 30, \"backends\": [\"10.2.0.1:80\"] } } },\n"
  }
  return text + "} }\n"
}
