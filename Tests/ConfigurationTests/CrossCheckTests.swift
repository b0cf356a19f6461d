import Testing

@testable import Configuration

@Suite("Checks across the configuration")
struct CrossCheckTests {
  /// Routes, one a line from line 2 on, and what is said of them.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let routes: [String]
    let problems: [String]

    var testDescription: String { name }
  }

  static let shadowed = [
    Case(
      name: "the same in all", routes: ["", ""],
      problems: [
        "3:1: warning: routes[1]: never matches: routes[0], at p.json:2:1, takes it all before"
      ]),
    Case(
      name: "the same host and path",
      routes: [
        #""name": "x", "hosts": "a.b", "path": "/p""#, #""hosts": ["A.B"], "path": ["/p"]"#,
      ],
      problems: ["3:1: warning: routes[1]: never matches: x, at p.json:2:1, takes it all before"]),
    Case(
      name: "in part",
      routes: [
        #""hosts": "*.b", "path": "/p/*""#, #""hosts": ["a", "*.b"], "path": ["/p/*", "/q"]"#,
      ],
      problems: [
        "3:1: warning: routes[1]: *.b with path /p/* never matches: routes[0], at p.json:2:1, takes it all before"
      ]),
    Case(
      name: "together by two others",
      routes: [#""hosts": "a""#, #""hosts": "b""#, #""hosts": ["a", "b"]"#],
      problems: [
        "4:1: warning: routes[2]: never matches: routes[0], at p.json:2:1, takes it all before"
      ]),
    Case(
      name: "one listener each takes all",
      routes: [#""listeners": "l""#, #""listeners": "m""#, ""],
      problems: [
        "4:1: warning: routes[2]: never matches: routes[1], at p.json:3:1, takes it all before"
      ]),
    Case(
      name: "all take each", routes: ["", #""listeners": "m""#],
      problems: [
        "3:1: warning: routes[1]: never matches: routes[0], at p.json:2:1, takes it all before"
      ]),
    Case(
      name: "other listeners", routes: [#""listeners": "l""#, #""listeners": ["l", "m"]"#],
      problems: []),
    Case(name: "exact and prefix", routes: [#""path": "/a""#, #""path": "/a/*""#], problems: []),
    Case(
      name: "narrower after wider", routes: ["", #""hosts": "a""#, #""path": "/a/*""#], problems: []
    ),
    Case(
      name: "a name twice", routes: [#""name": "x", "path": "/a""#, #""name": "x""#],
      problems: ["3:1: routes[1]: a route is named \"x\" already, at p.json:2:1"]),
    Case(
      name: "a host twice in one route", routes: [#""hosts": ["a.b", "A.b"]"#],
      problems: ["2:33: warning: routes[0].hosts[1]: is listed twice"]),
    Case(
      name: "a path twice in one route", routes: [#""path": ["/a", "/a"]"#],
      problems: ["2:31: warning: routes[0].path[1]: is listed twice"]),
  ]

  @Test("a route that never matches is spoken of", arguments: shadowed)
  func routes(_ item: Case) {
    let routes = item.routes.map { "{\"respond\":{}, \($0)}" }.joined(separator: ",\n")
    let result = load(
      """
      { "listeners": { "l": { "bind": "*:80" }, "m": { "bind": "*:81" } }, "routes": [
      \(routes.replacing("{\"respond\":{}, }", with: "{\"respond\":{}}"))
      ] }
      """)
    #expect(result.lines == item.problems.map { "p.json:\($0)" })
    let hasErrors = result.problems.contains { $0.severity == .error }
    #expect((result.snapshot == nil) == hasErrors)
  }

  @Test("two listeners on one address are refused, wherever they are defined")
  func listeners() {
    let result = load(
      #"{ "listeners": { "a": { "bind": "127.0.0.1:80" } }, "include": "q.json" }"#,
      with: ["q.json": #"{ "listeners": { "b": { "bind": ["127.0.0.1:80", "0.0.0.0:81"] } } }"#])
    #expect(
      result.lines == [
        "q.json:1:34: listeners.b.bind[0]: 127.0.0.1:80 is bound already, at p.json:1:33"
      ])
  }

  @Test("a hundred thousand hosts in one route are checked in no time to speak of")
  func manyHosts() throws {
    let hosts = (0..<100_000).map { "\"h\($0).example\"" }.joined(separator: ",")
    let result = load(
      "{ \"listeners\": { \"a\": { \"bind\": \"*:80\" } }, \"routes\": [ { \"hosts\": [\(hosts)], \"respond\": {} } ] }"
    )
    #expect(result.lines == [])
    #expect(result.snapshot?.routing.routes.first?.hosts.count == 100_000)
  }
}
