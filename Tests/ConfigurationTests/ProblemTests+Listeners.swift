import Testing

@testable import Configuration

// What is wrong with listeners.
extension ProblemTests {
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
}
