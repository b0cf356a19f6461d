import Testing

@testable import Configuration

// What is wrong with routes, and with the hosts and paths that they match.
extension ProblemTests {
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
      "31: .listeners[0]: there is no listener \"m\"",
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
      "23: .redirect.status: expected 301, 302, 303, 307 or 308, found 304"),
    Case(
      #"{"redirect":{"status":200,"location":"/x"}}"#,
      "23: .redirect.status: expected 301, 302, 303, 307 or 308, found 200"),
    Case(
      #"{"redirect":{"status":"301","location":"/x"}}"#,
      "23: .redirect.status: expected 301, 302, 303, 307 or 308, found a string"),
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

  /// A right configuration with a key of its one route to try, on line 2 from column 3 on.
  private func routed(_ member: String) -> String {
    """
    { "listeners": { "l": {"bind":"*:80"} }, "routes": [ { "respond": {},
      \(member) } ] }
    """
  }
}
