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
  func problems(_ text: String) -> [String] {
    load(text).lines.map { String($0.dropFirst("p.json:".count)) }
  }
  static let documents = [
    Case("", "1:1: the file is empty; expected an object"),
    Case("[]", "1:1: expected an object, found an array"),
    Case("{}", "1:1: listeners: at least one listener is needed"),
    Case("{\"listeners\":{}}", "1:1: listeners: at least one listener is needed"),
    Case(
      "{\"listeners\":[],\"clusters\":5,\"routes\":[{\"cluster\":\"a\",\"listeners\":\"b\"}]}",
      "1:14: listeners: expected an object, found an array",
      "1:28: clusters: expected an object, found 5"),
  ]

  @Test("of a whole document", arguments: documents)
  func document(_ item: Case) {
    #expect(Set(problems(item.text)) == Set(item.problems))
    #expect(load(item.text).snapshot == nil)
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
    Case(#""tracing": {"collector": "unix:/run/otel.sock"}"#),
    Case(
      #""tracing": {"collector": "srv:_otlp._tcp.example"}"#,
      "1:28: tracing.collector: expected an IP address with a port, or unix:/path; names are not looked up here"
    ),
    Case(
      #""tracing": {"collector": "otel.example:4318"}"#,
      "1:28: tracing.collector: expected an IP address with a port, or unix:/path; names are not looked up here"
    ),
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

  static let doors = [
    Case(
      #""admin": {"bind": ["127.0.0.1:0", "127.0.0.1:80"], "token_file": "t"}"#,
      "1:37: admin.bind[1]: 127.0.0.1:80 is part of 0.0.0.0:80, which is bound at p.json:2:30"),
    Case(
      #""admin": {"bind": ["127.0.0.1:81", "unix:/s"], "token_file": "t"}"#,
      "1:22: admin.bind[0]: 127.0.0.1:81 is bound already, at p.json:2:38",
      "1:38: admin.bind[1]: unix:/s is bound already, at p.json:2:54"),
    Case(
      #""control_socket": "/s""#,
      "1:21: control_socket: unix:/s is bound already, at p.json:2:54"),
    Case(
      #""control_socket": "/c", "admin": {"bind": "unix:/c"}"#,
      "1:45: admin.bind: unix:/c is bound already, at p.json:1:21"),
    Case(#""control_socket": "/c", "admin": {"bind": "127.0.0.1:82", "token_file": "t"}"#),
  ]

  @Test("of a door for operators that is another's already", arguments: doors)
  func door(_ item: Case) {
    let listeners = #""listeners": { "l": {"bind":["*:80", "127.0.0.1:81", "unix:/s"]} }"#
    #expect(problems("{ \(item.text),\n\(listeners) }") == item.problems)
  }

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

  @Test("errors push out warnings, and what is left out is as bad as the worst of it")
  func errorsFirst() {
    func log(_ severities: [ConfigurationProblem.Severity]) -> [ConfigurationProblem] {
      let log = ProblemLog()
      for (index, severity) in severities.enumerated() {
        let place = SourceLocation(file: "p.json", line: index + 1, column: 1)
        log.add(ConfigurationProblem(severity, at: place, message: "\(index)"))
      }
      return log.sorted(by: ["p.json"])
    }
    let many = [ConfigurationProblem.Severity](repeating: .warning, count: ProblemLog.limit)
    #expect(log(many).count == ProblemLog.limit)
    #expect(log(many + [.warning]).last?.description == "p.json: warning: 1 more problems")
    let mixed = log(many + [.error, .warning, .error])
    #expect(mixed.count { $0.severity == .error } == 2 && mixed.count == ProblemLog.limit + 1)
    #expect(mixed.suffix(3).map(\.message) == ["1000", "1002", "3 more problems"])
    #expect(mixed.last?.severity == .warning)
    let full = log([.warning] + [.error] + many.map { _ in .error })
    #expect(full.allSatisfy { $0.severity == .error } && full.count == ProblemLog.limit + 1)
    #expect(full.last?.message == "2 more problems")
  }

  /// Sets a case's path into the object that surrounds it.
  func place(_ line: String, in parent: String) -> String {
    line.replacing(": warning: a", with: ": warning: \(parent)a", maxReplacements: 1)
      .replacing(": a", with: ": \(parent)a", maxReplacements: 1)
  }
}
