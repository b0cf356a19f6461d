import Testing

@testable import Configuration

/// Golden tables: what is wrong with a document, line for line.
@Suite("Problems")
struct ProblemTests {
  /// A part of a configuration and the problems with it; what surrounds it is right.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }

    var testDescription: String { text }
  }

  /// Problems without the name of the file.
  private func problems(_ text: String) -> [String] {
    load(text).lines.map { String($0.dropFirst("p.json:".count)) }
  }

  static let documents = [
    Case("", "1:1: the file is empty; expected an object"),
    Case("[]", "1:1: expected an object, found an array"),
    Case("{}", "1:1: listeners: at least one listener is needed"),
    Case("{\"listeners\":{}}", "1:1: listeners: at least one listener is needed"),
    Case(
      "{\"listeners\":[]}", "1:14: listeners: expected an object, found an array",
      "1:1: listeners: at least one listener is needed"),
  ]

  @Test("of a whole document", arguments: documents)
  func document(_ item: Case) {
    #expect(Set(problems(item.text)) == Set(item.problems))
    #expect(load(item.text).snapshot == nil)
  }

  static let listeners = [
    Case("{}", "1: a: the key \"bind\" is required"),
    Case("null", "1: a: expected an object, found null"),
    Case(#"{"bind":[]}"#, "9: a.bind: must not be empty"),
    Case(#"{"bind":80}"#, "9: a.bind: expected a string, found 80"),
    Case(
      #"{"bind":["x:80",":80","0.0.0.0"]}"#,
      "10: a.bind[0]: \"x:80\": expected an IP address, * for all, unix:/path or fd:NAME, not a name",
      "17: a.bind[1]: \":80\": expected an IP address or a host name before the port",
      "23: a.bind[2]: \"0.0.0.0\": the port is missing, as in 10.0.0.1:8080"),
    Case(
      #"{"bnid":"*:80"}"#, "1: a: the key \"bind\" is required",
      "2: a.bnid: there is no such key; did you mean \"bind\"?"),
    Case(
      #"{"bind":"*:80","proxy_protocol":{}}"#, "16: a.proxy_protocol: is not yet supported"),
    Case(#"{"bind":"*:80","zzz":{}}"#, "16: a.zzz: there is no such key"),
    Case(#"{"bind":"*:80","a b":{}}"#, "16: a[\"a b\"]: there is no such key"),
    Case(
      #"{"bind":"*:80","protocols":{}}"#,
      "28: a.protocols: must name a protocol; leave it out for all that there are"),
    Case(
      #"{"bind":"*:80","protocols":{"http3":{}}}"#, "29: a.protocols.http3: is not yet supported"),
    Case(
      #"{"bind":"*:80","protocols":{"http1":{},"http2":false}}"#,
      "48: a.protocols.http2: expected an object, found false"),
    Case(
      #"{"bind":"*:80","protocols":{"htpp1":{}}}"#,
      "29: a.protocols.htpp1: there is no such key; did you mean \"http1\"?"),
    Case(
      #"{"bind":"*:80","protocols":["http1"]}"#,
      "28: a.protocols: expected an object, found an array"),
    Case(
      #"{"bind":"*:80","max_connections":-1}"#, "34: a.max_connections: -1 is outside 0...10000000"),
    Case(
      #"{"bind":"*:80","max_connections":1.5}"#,
      "34: a.max_connections: expected a whole number, found 1.5"),
    Case(
      #"{"bind":"*:80","max_connections":"5"}"#,
      "34: a.max_connections: expected a whole number, found a string"),
    Case(
      #"{"bind":"*:80","max_connections":99999999999999999999}"#,
      "34: a.max_connections: 99999999999999999999 is outside 0...10000000"),
    Case(
      #"{"bind":"*:80","server_field":"no"}"#,
      "31: a.server_field: expected true or false, found a string"),
    Case(
      #"{"bind":"*:80","min_rate":500}"#,
      "27: a.min_rate: expected a size with its unit, such as \"32KiB\", found 500"),
    Case(#"{"bind":"*:80","min_rate":"2MiB"}"#, "27: a.min_rate: 2MiB is outside 0B...1MiB"),
    Case(
      #"{"bind":"*:80","min_rate":"500"}"#,
      "27: a.min_rate: \"500\" needs a unit: B, KiB, MiB or GiB"),
    Case(
      #"{"bind":"*:80","timeouts":{"head":10}}"#,
      "35: a.timeouts.head: expected a duration with its unit, such as \"2s\", found 10"),
    Case(
      #"{"bind":"*:80","timeouts":{"head":"0s","max_age":"0s"}}"#,
      "35: a.timeouts.head: 0s is outside 1ms...24h"),
    Case(
      #"{"bind":"*:80","timeouts":{"head":true}}"#,
      "35: a.timeouts.head: expected a duration such as \"2s\", found true"),
    Case(
      #"{"bind":"*:80","protocols":{"http1":{"max_head":"1B","max_fields":0,"half_close":"aloow","odd_field_names":1}}}"#,
      "49: a.protocols.http1.max_head: 1B is outside 1KiB...1MiB",
      "67: a.protocols.http1.max_fields: 0 is outside 1...1000",
      "82: a.protocols.http1.half_close: expected one of abort, allow, found \"aloow\"; did you mean \"allow\"?",
      "108: a.protocols.http1.odd_field_names: expected one of drop, keep, reject, found 1"),
    Case(
      #"{"bind":"*:80","protocols":{"http1":{"max_head":"4KiB"}}}"#,
      "49: a.protocols.http1.max_head: max_head, 4KiB, is less than max_request_line, 8KiB"),
    Case(
      #"{"bind":"*:80","forwarding":{"trusted_proxies":["10.0.0.1/8","x",1,"::/0","unix"],"via":"a b"}}"#,
      "49: a.forwarding.trusted_proxies[0]: \"10.0.0.1/8\": the address has bits beyond the prefix; did you mean 10.0.0.0/8?",
      "62: a.forwarding.trusted_proxies[1]: \"x\": expected an IP address or a block such as 10.0.0.0/8",
      "66: a.forwarding.trusted_proxies[2]: expected a string, found 1",
      "68: warning: a.forwarding.trusted_proxies[3]: everybody is trusted to say who the client is",
      "89: a.forwarding.via: expected a token: letters, digits and !#$%&'*+-.^_`|~"),
    Case(
      #"{"bind":["*:80","*:80"]}"#, "17: a.bind[1]: 0.0.0.0:80 is bound already, at p.json:2:10",
      "17: a.bind[1]: [::]:80 is bound already, at p.json:2:10"),
    Case(
      #"{"bind":["10.0.0.1:80","*:80"]}"#,
      "10: a.bind[0]: 10.0.0.1:80 is part of 0.0.0.0:80, which is bound at p.json:2:24"),
    Case(#"{"bind":["[::1]:0","[::1]:0","*:0"]}"#),
    Case(
      #"{"bind":["fd:a","fd:a","unix:/a","unix:/a"]}"#,
      "17: a.bind[1]: fd:a is bound already, at p.json:2:10",
      "34: a.bind[3]: unix:/a is bound already, at p.json:2:24"),
  ]

  @Test("of a listener", arguments: listeners)
  func listener(_ item: Case) {
    let text = """
      { "listeners": { "a":
      \(item.text)
      , "b": {"bind":"127.0.0.1:8080"} } }
      """
    #expect(problems(text) == item.problems.map { "2:" + place($0, in: "listeners.") })
  }

  static let clusters = [
    Case("{}", "1: a: the key \"backends\" is required"),
    Case(#"{"backends":[]}"#, "13: a.backends: at least one backend is needed"),
    Case(#"{"backends":"10.0.0.1:80"}"#, "13: a.backends: expected an array, found a string"),
    Case(
      #"{"backends":["10.0.0.1:80"],"subclusters":{}}"#,
      "13: a.backends: a cluster has backends or subclusters, not both"),
    Case(#"{"subclusters":{}}"#, "16: a.subclusters: a cluster needs at least one subcluster"),
    Case(#"{"subclusters":{"e":{}}}"#, "21: a.subclusters.e: the key \"backends\" is required"),
    Case(
      #"{"subclusters":{"e f":{"backends":["10.0.0.1:80"]}}}"#,
      "17: a.subclusters[\"e f\"]: a name is 1 to 100 letters, digits, \"-\", \"_\" and \".\""),
    Case(
      #"{"subclusters":{"e":{"weight":0,"backends":["10.0.0.1:80"]}}}"#,
      "16: a.subclusters: at least one subcluster needs a weight above 0"),
    Case(
      #"{"subclusters":{"e":{"weight":10001,"backends":["10.0.0.1:80"]}}}"#,
      "31: a.subclusters.e.weight: 10001 is outside 0...10000"),
    Case(
      #"{"backends":[{"address":"10.0.0.1:80","weight":0}]}"#,
      "13: a.backends: at least one backend needs a weight above 0"),
    Case(
      #"{"backends":["10.0.0.1:80",{"address":"10.0.0.1:80"}]}"#,
      "28: a.backends[1]: 10.0.0.1:80 is listed already, at line 2"),
    Case(
      #"{"backends":[5,{},{"address":"a:0"},{"address":"fd:x"},"x"]}"#,
      "14: a.backends[0]: expected an address or an object with \"address\", found 5",
      "16: a.backends[1]: the key \"address\" is required",
      "30: a.backends[2].address: \"a:0\": a backend's port must be in 1...65535",
      "48: a.backends[3].address: \"fd:x\": fd: is for listeners",
      "56: a.backends[4]: \"x\": the port is missing, as in 10.0.0.1:8080"),
    Case(#"{"backends":["a:80"],"mirror":{}}"#, "22: a.mirror: is not yet supported"),
    Case(
      #"{"backends":["a:80"],"timeouts":{"grpc_max":"0s"}}"#,
      "45: a.timeouts.grpc_max: 0s is outside 1ms...24h"),
    Case(
      #"{"backends":["a:80"],"helth":{}}"#,
      "22: a.helth: there is no such key; did you mean \"health\"?"),
    Case(
      #"{"backends":["a:80"],"host":"a/b"}"#,
      "29: a.host: expected \"keep\", \"backend\" or a host such as \"api.example:8080\""),
    Case(#"{"backends":["a:80"],"host":"api.example:8080"}"#),
    Case(#"{"backends":["a:80"],"host":"[::1]"}"#),
    Case(
      #"{"backends":["a:80"],"host":"a:x"}"#,
      "29: a.host: expected \"keep\", \"backend\" or a host such as \"api.example:8080\""),
    Case(
      #"{"backends":["a:80"],"pool":{"max_connections":0,"idle_timeout":"25h","max_idel":1}}"#,
      "48: a.pool.max_connections: 0 is outside 1...10000000",
      "65: a.pool.idle_timeout: 25h is outside 1ms...24h",
      "71: a.pool.max_idel: there is no such key; did you mean \"max_idle\"?"),
    Case(
      #"{"backends":["srv:_http._tcp.a","srv:http._tcp.a","srv:_http._tcp","srv:_a._b.c:80"]}"#,
      "33: a.backends[1]: \"srv:http._tcp.a\": expected a service after srv:, as in srv:_http._tcp.example.org",
      "51: a.backends[2]: \"srv:_http._tcp\": expected a service after srv:, as in srv:_http._tcp.example.org",
      "68: a.backends[3]: \"srv:_a._b.c:80\": expected a service after srv:, as in srv:_http._tcp.example.org"
    ),
    Case(
      #"{"backends":["a:80"],"names":{"min_ttl":"99ms","max_ttl":"25h","family":"v4","ttl":1}}"#,
      "41: a.names.min_ttl: 99ms is outside 100ms...24h",
      "58: a.names.max_ttl: 25h is outside 100ms...24h",
      "73: a.names.family: expected one of any, ipv4, ipv6, found \"v4\"",
      "78: a.names.ttl: there is no such key"),
    Case(
      #"{"backends":["a:80"],"names":{"min_ttl":"10s","max_ttl":"5s"}}"#,
      "41: a.names.min_ttl: min_ttl is more than max_ttl"),
    Case(
      #"{"backends":["a:80"],"names":{"max_ttl":"500ms"}}"#,
      "41: a.names.max_ttl: min_ttl is more than max_ttl"),
    Case(
      #"{"backends":["a:80"],"timeouts":{"conect":"1s"}}"#,
      "34: a.timeouts.conect: there is no such key; did you mean \"connect\"?"),
  ]

  @Test("of a cluster", arguments: clusters)
  func cluster(_ item: Case) {
    let text = """
      { "listeners": { "l": {"bind":"*:80"} }, "clusters": { "a":
      \(item.text)
      } }
      """
    #expect(problems(text) == item.problems.map { "2:" + place($0, in: "clusters.") })
  }

  static let resolvers = [
    Case(
      #"{"servers":["10.0.0.1","10.0.0.1:53","[::1]:5353","::1"],"tries":1}"#,
      "24: resolver.servers[1]: 10.0.0.1:53 is listed already"),
    Case(
      #"{"servers":["ns.example","10.0.0.1:0",53],"timeout":"9ms","tries":0}"#,
      "13: resolver.servers[0]: \"ns.example\": expected an IP address with or without a port, as in 10.0.0.1:53 or [::1]:53",
      "26: resolver.servers[1]: \"10.0.0.1:0\": expected an IP address with or without a port, as in 10.0.0.1:53 or [::1]:53",
      "39: resolver.servers[2]: expected a string, found 53",
      "53: resolver.timeout: 9ms is outside 10ms...1m",
      "67: resolver.tries: 0 is outside 1...10"),
    Case(#"{"servers":"10.0.0.1"}"#),
    Case(#"{"servers":[]}"#, "12: resolver.servers: must not be empty"),
  ]

  @Test("of the resolver", arguments: resolvers)
  func resolver(_ item: Case) {
    let text = """
      { "listeners": { "l": {"bind":"*:80"} }, "resolver":
      \(item.text)
      }
      """
    #expect(problems(text) == item.problems.map { "2:" + $0 })
  }

  static let routes = [
    Case("5", "1: : expected an object, found 5"),
    Case("{}", "1: : a route needs one of the keys \"cluster\", \"redirect\" and \"respond\""),
    Case(#"{"cluster":"wbe"}"#, "12: .cluster: there is no cluster \"wbe\"; did you mean \"web\"?"),
    Case(#"{"cluster":5}"#, "12: .cluster: expected a string, found 5"),
    Case(
      #"{"cluster":"web","respond":{}}"#,
      "28: .respond: a route has one of cluster, redirect and respond; this one has cluster and respond"
    ),
    Case(
      #"{"cluster":"web","listeners":["m","l","l"]}"#,
      "31: .listeners[0]: there is no listener \"m\"; did you mean \"l\"?",
      "39: warning: .listeners[2]: is listed twice"),
    Case(
      #"{"cluster":"web","name":"a b"}"#,
      "25: .name: a name is 1 to 100 letters, digits, \"-\", \"_\" and \".\""),
    Case(#"{"cluster":"web","hosts":[]}"#, "26: .hosts: must not be empty"),
    Case(#"{"cluster":"web","path":[]}"#, "25: .path: must not be empty"),
    Case(#"{"cluster":"web","rewrite":3}"#, "18: .rewrite: is not yet supported"),
    Case(
      #"{"cluster":"web","upgrades":["h2c","websocket","websocket",1],"grpc":"yes"}"#,
      "30: .upgrades[0]: expected one of websocket, found \"h2c\"",
      "48: warning: .upgrades[2]: is listed twice",
      "60: .upgrades[3]: expected one of websocket, found 1",
      "70: .grpc: expected true, false or \"auto\", found \"yes\""),
    Case(
      #"{"cluster":"web","grpc":1}"#, "25: .grpc: expected true, false or \"auto\", found 1"),
    Case(#"{"cluster":"web","upgrades":[],"grpc":"auto"}"#),
    Case(#"{"cluster":"web","upgrades":"websocket","grpc":false}"#),
    Case(
      #"{"cluster":"web","grpc":true}"#,
      "25: warning: .grpc: gRPC takes HTTP/2; the protocol of cluster \"web\" is http1"),
    Case(
      #"{"cluster":"rpc","upgrades":"websocket"}"#,
      "29: warning: .upgrades: an upgrade takes HTTP/1.1; the protocol of cluster \"rpc\" is http2"),
    Case(#"{"cluster":"rpc","upgrades":[],"grpc":true}"#),
    Case(
      #"{"cluster":"web","timeouts":{"tunnel_idle":"0s","grpc_max":"25h"}}"#,
      "44: .timeouts.tunnel_idle: 0s is outside 1ms...24h",
      "60: .timeouts.grpc_max: 25h is outside 1ms...24h"),
    Case(
      #"{"cluster":"web","max_body":"1"}"#, "29: .max_body: \"1\" needs a unit: B, KiB, MiB or GiB"),
    Case(
      #"{"cluster":"web","timeouts":{"total":"0s","body_idle":"1s"}}"#,
      "38: .timeouts.total: 0s is outside 1ms...24h",
      "43: .timeouts.body_idle: is not yet supported"),
    Case(
      #"{"respond":{"status":204,"body":"x"}}"#,
      "33: .respond.body: a response with status 204 has no content"),
    Case(
      #"{"respond":{"status":199,"content_type":"a\nb"}}"#,
      "22: .respond.status: 199 is outside 200...599",
      "41: .respond.content_type: expected a media type such as \"text/plain; charset=utf-8\""),
    Case(#"{"redirect":{}}"#, "13: .redirect: the key \"location\" is required"),
    Case(
      #"{"redirect":{"status":304,"location":"/x"}}"#,
      "23: .redirect.status: expected 301, 302, 303, 307 or 308"),
    Case(#"{"redirect":{"location":""}}"#, "25: .redirect.location: must not be empty"),
    Case(
      #"{"redirect":{"location":"https://{hsot}/{x}"}}"#,
      "34: .redirect.location: there is no variable {hsot}; did you mean \"host\"?",
      "41: .redirect.location: there is no variable {x}"),
    Case(
      #"{"redirect":{"location":"\/\/a{hsot}"}}"#,
      "31: .redirect.location: there is no variable {hsot}; did you mean \"host\"?"),
    Case(
      #"{"redirect":{"location":"/a{path"}}"#,
      "28: .redirect.location: \"{\" has no \"}\"; a brace itself is \"{{\""),
    Case(
      #"{"redirect":{"location":"/a}"}}"#,
      "28: .redirect.location: \"}\" has no \"{\"; a brace itself is \"}}\""),
    Case(
      #"{"redirect":{"location":"/a b"}}"#,
      "25: .redirect.location: spaces and characters beyond ASCII must be percent-encoded"),
    Case(
      #"{"redirect":{"location":"{path}"}}"#,
      "25: .redirect.location: a request for \"//other.example\" would be sent there; begin with \"{scheme}://{authority}\""
    ),
    Case(
      #"{"redirect":{"location":"/{path}"}}"#,
      "25: .redirect.location: a request for \"//other.example\" would be sent there; begin with \"{scheme}://{authority}\""
    ),
    Case(#"{"redirect":{"location":"/new{path}{query}"}}"#),
  ]

  @Test("of a route", arguments: routes)
  func route(_ item: Case) {
    let text = """
      { "listeners": { "l": {"bind":"*:80"} }, "clusters": {
      "web": {"backends":["a:80"]}, "rpc": {"backends":["a:80"],"protocol":"http2"} }, "routes": [
      \(item.text)
      ] }
      """
    #expect(
      problems(text)
        == item.problems.map {
          "3:" + $0.replacing(": .", with: ": routes[0].").replacing(": : ", with: ": routes[0]: ")
        })
  }

  static let hosts = [
    Case("*", "leave hosts out to take every host"),
    Case("*.", "expected a name after \"*.\", as in \"*.example.org\""),
    Case("*.10.0.0.1", "expected a name after \"*.\", as in \"*.example.org\""),
    Case("*.[::1]", "expected a name after \"*.\", as in \"*.example.org\""),
    Case("a.*", "\"*\" stands for whole labels at the start only, as in \"*.example.org\""),
    Case("*a.b", "\"*\" stands for whole labels at the start only, as in \"*.example.org\""),
    Case("bücher.example", "a host is written in ASCII; other letters in the form \"xn--...\""),
    Case("a.example.", "a host is written without a dot at its end"),
    Case("http://a.example", "expected a host, without scheme and path"),
    Case("a.example:80", "a host is written without a port; routes may name listeners"),
    Case("", "expected a host such as \"example.org\" or \"*.example.org\""),
    Case("a b", "expected a host such as \"example.org\" or \"*.example.org\""),
    Case("1.2.3", "expected a host such as \"example.org\" or \"*.example.org\""),
  ]

  @Test("of a host", arguments: hosts)
  func host(_ item: Case) {
    let lines = problems(routed(#""hosts": "\#(item.text)""#))
    #expect(lines == ["2:12: routes[0].hosts: \"\(item.text)\": \(item.problems[0])"])
  }

  static let paths = [
    Case("", "12: a path begins with \"/\"; \"/*\" takes every path"),
    Case("*", "12: a path begins with \"/\"; \"/*\" takes every path"),
    Case("a/b", "12: a path begins with \"/\"; \"/*\" takes every path"),
    Case("/a*", "15: \"*\" stands at the end only, for whole segments, as in \"/api/*\""),
    Case("/*/b", "14: \"*\" stands at the end only, for whole segments, as in \"/api/*\""),
    Case("/a?b", "15: routes match paths; no query and no fragment"),
    Case("/a#b", "15: routes match paths; no query and no fragment"),
    Case("/a b", "15: this character must be percent-encoded"),
    Case("/é", "14: this character must be percent-encoded"),
    Case("/a/../b", "16: requests are matched without \".\" and \"..\" segments"),
    Case("/./*", "14: requests are matched without \".\" and \"..\" segments"),
    Case("/%zz", "14: expected two hexadecimal digits after \"%\""),
    Case("/%4", "14: expected two hexadecimal digits after \"%\""),
    Case("/%00", "14: %00 is refused in requests"),
    Case("/%41", "14: requests are matched with \"A\" for this escape"),
    Case("/a%2f", "15: requests are matched with upper-case letters in escapes"),
  ]

  @Test("of a path", arguments: paths)
  func path(_ item: Case) {
    let lines = problems(routed(#""path":  "\#(item.text)""#))
    let parts = item.problems[0].split(separator: ": ", maxSplits: 1)
    #expect(lines == ["2:\(parts[0]): routes[0].path: \"\(item.text)\": \(parts[1])"])
  }

  static let settings = [
    Case(#""workers": 0"#, "1:14: workers: 0 is outside 1...1024"),
    Case(#""control_socket": "x""#, "1:21: control_socket: expected an absolute path"),
    Case(
      #""drain_timeout": "1d""#,
      "1:20: drain_timeout: \"d\" is no unit of time; there are ms, s, m and h"),
    Case(#""shutdown_delay": "0s", "drain_timeout": "0s""#),
    Case(#""max_connections": 0"#, "1:22: max_connections: 0 is outside 1...10000000"),
    Case(#""$schema": 1"#, "1:14: $schema: expected a string, found 1"),
    Case(#""rate_limits": {}"#, "1:3: rate_limits: is not yet supported"),
    Case(#""listener": {}"#, "1:3: listener: there is no such key; did you mean \"listeners\"?"),
    Case(#""workers": 1, "workers": 1"#, "1:17: the key \"workers\" is here already, at 1:3"),
    Case(
      #""logging": {"level": "warn"}"#,
      "1:24: logging.level: expected one of trace, debug, info, notice, warning, error, critical, found \"warn\""
    ),
    Case(
      #""logging": {"access": {"output": "stderr"}}"#,
      "1:36: logging.access.output: expected \"stdout\", \"off\", \"syslog:/dev/log\" or a file's absolute path, found \"stderr\""
    ),
    Case(
      #""logging": {"access": {"format": "commons"}}"#,
      "1:36: logging.access.format: expected \"json\", \"common\", \"combined\" or a template such as \"{client} {target} {status}\""
    ),
    Case(
      #""logging": {"access": {"format": "{client} {stauts}"}}"#,
      "1:46: logging.access.format: there is no variable {stauts}; did you mean \"status\"?"),
    Case(
      #""logging": {"access": {"format": "{client}\n"}}"#,
      "1:36: logging.access.format: a line has no control characters; its end is added to it"),
  ]

  @Test("of the main file's own keys", arguments: settings)
  func setting(_ item: Case) {
    #expect(
      problems("{ \(item.text), \"listeners\": { \"l\": {\"bind\":\"*:80\"} } }") == item.problems)
  }

  @Test(
    "a file with errors of syntax is decoded as far as it can be read, and nothing is missed in it")
  func syntaxAndMore() {
    let text = """
      { "listeners": { "l": { "bind": "*:80", "max_connections": -5 } },
        "routes": [ { "cluster": "gone" } ],
        "clusters": { "a": { "backends": [ "x", ] "b": {} },
      """
    #expect(
      problems(text) == [
        "1:60: listeners.l.max_connections: -5 is outside 0...10000000",
        "3:38: clusters.a.backends[0]: \"x\": the port is missing, as in 10.0.0.1:8080",
        "3:45: expected \",\" or \"}\", found a string",
        "3:45: clusters.a.b: there is no such key",
        "3:55: the file ends inside the object that begins at 3:15",
      ])
  }

  @Test("a thousand problems are listed, the others counted")
  func limit() {
    let lines = problems(
      "{ \"listeners\": { \"l\": {\"bind\":\"*:80\"} }, \"routes\": [\(String(repeating: "5,\n", count: 1200))] }"
    )
    #expect(lines.count == ProblemLog.limit + 1)
    #expect(lines.last == " 200 more problems")
  }

  /// Sets a case's path into the object that surrounds it.
  private func place(_ line: String, in parent: String) -> String {
    line.replacing(": warning: a", with: ": warning: \(parent)a", maxReplacements: 1)
      .replacing(": a", with: ": \(parent)a", maxReplacements: 1)
  }

  /// A right configuration with a key of its one route to try, on line 2 from column 3 on.
  private func routed(_ member: String) -> String {
    """
    { "listeners": { "l": {"bind":"*:80"} }, "routes": [ { "respond": {},
      \(member) } ] }
    """
  }
}
