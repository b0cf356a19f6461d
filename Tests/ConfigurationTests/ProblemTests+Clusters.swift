import Testing

@testable import Configuration

// What is wrong with clusters, and with what resolves the names of their backends.
extension ProblemTests {
  static let clusters = [
    Case("{}", "1: a: one of the keys \"backends\" and \"subclusters\" is required"),
    Case(#"{"backends":[]}"#, "13: a.backends: at least one backend is needed"),
    Case(#"{"backends":"10.0.0.1:80"}"#, "13: a.backends: expected an array, found a string"),
    Case(
      #"{"backends":["10.0.0.1:80"],"subclusters":{}}"#,
      "13: a.backends: a cluster has backends or subclusters, not both"),
    Case(#"{"subclusters":{}}"#, "16: a.subclusters: a cluster needs at least one subcluster"),
    Case(
      #"{"subclusters":{"e":{}}}"#,
      "21: a.subclusters.e: one of the keys \"backends\" and \"refuse\" is required"),
    Case(
      #"{"backends":["http://10.0.0.1:80","10.0.0.1:80/path"]}"#,
      "14: a.backends[0]: \"http://10.0.0.1:80\": expected host:port without scheme or path, as in 10.0.0.1:8080",
      "35: a.backends[1]: \"10.0.0.1:80/path\": expected host:port without scheme or path, as in 10.0.0.1:8080"
    ),
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
      "28: a.backends[1]: 10.0.0.1:80 is listed already, at p.json:2:14"),
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
}
