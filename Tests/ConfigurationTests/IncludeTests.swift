import Testing

@testable import Configuration

@Suite("Files that include files")
struct IncludeTests {
  static let listener = #""listeners": { "l": { "bind": "*:80" } }"#

  private func routes(_ names: String...) -> String {
    // Each with a path of its own, so that none hides another.
    let routes = names.map { #"{ "name": "\#($0)", "path": "/\#($0)", "respond": {} }"# }
    return "\"routes\": [\(routes.joined(separator: ", "))]"
  }

  @Test("included routes stand where the include stands, globs in the order of names")
  func order() throws {
    let result = load(
      "{ \(Self.listener), \"include\": [\"d/*.json\", \"./last.json\"], \(routes("main")) }",
      with: [
        "d/b.json": "{ \(routes("b")) }", "d/a.json": "{ \(routes("a1", "a2")) }",
        "last.json": "{ \(routes("before")), \"include\": \"d/deep/x.json\" }",
        "./last.json": "{ \(routes("before")), \"include\": \"d/deep/x.json\" }",
        "./d/deep/x.json": "{ \(routes("deep")), }", "d/c.txt": "?",
      ])
    #expect(result.lines == [])
    let snapshot = try #require(result.snapshot)
    #expect(snapshot.routing.routes.map(\.name) == ["a1", "a2", "b", "before", "deep", "main"])
    #expect(snapshot.files == ["p.json", "d/a.json", "d/b.json", "./last.json", "./d/deep/x.json"])
  }

  @Test("an include after the routes stands after them")
  func after() throws {
    let result = load(
      "{ \(Self.listener), \(routes("main")), \"include\": \"q.json\" }",
      with: ["q.json": "{ \(routes("q")) }"])
    #expect(result.snapshot?.routing.routes.map(\.name) == ["main", "q"])
  }

  @Test("routes name what another file defines")
  func acrossFiles() throws {
    let result = load(
      "{ \"include\": [\"r.json\", \"c.json\"] }",
      with: [
        "r.json": #"{ "routes": [ { "cluster": "c", "listeners": ["l"] } ] }"#,
        "c.json": "{ \(Self.listener), \"clusters\": { \"c\": { \"backends\": [\"a:1\"] } } }",
      ])
    #expect(result.lines == [])
    #expect(result.snapshot?.routing.routes.first?.action == .forward(cluster: 0))
  }

  /// Files beside the main file, which includes them as `include` says, and the problems.
  struct Case: Sendable, CustomTestStringConvertible {
    let include: String
    let files: [String: String]
    let problems: [String]

    var testDescription: String { include }
  }

  static let cases = [
    Case(
      include: #""none.json""#, files: [:],
      problems: ["p.json:1:14: include: none.json cannot be read: no such file"]),
    Case(
      include: #""d/*.json""#, files: [:],
      problems: ["p.json:1:14: warning: include: d/*.json matches no file"]),
    Case(include: "5", files: [:], problems: ["p.json:1:14: include: expected a string, found 5"]),
    Case(
      include: #"["", "q.json", "x/../q.json"]"#, files: ["q.json": "{}"],
      problems: [
        "p.json:1:15: include[0]: expected a path or a pattern such as \"conf.d/*.json\"",
        "p.json:1:29: include[2]: x/../q.json is included already, at p.json:1:19",
      ]),
    Case(
      include: #""q.json""#,
      files: ["q.json": #"{ "include": "r.json" }"#, "r.json": #"{ "include": "q.json" }"#],
      problems: [
        "r.json:1:14: include: files include each other in a round: q.json, r.json, q.json"
      ]),
    Case(
      include: #""*.json""#, files: ["a.json": "{}"],
      problems: ["p.json:1:14: include: files include each other in a round: p.json, p.json"]),
    Case(
      include: #""q.json""#,
      files: ["q.json": "{ \"workers\": 1,\n \"logging\": {}, \"shutdown_delay\": \"x\" }"],
      problems: [
        "q.json:1:14: workers: belongs in the main file, p.json",
        "q.json:2:13: logging: belongs in the main file, p.json",
        "q.json:2:35: shutdown_delay: belongs in the main file, p.json",
      ]),
    Case(
      include: #""q.json""#,
      files: [
        "q.json":
          #"{ "listeners": { "l": { "bind": "*:81" } }, "clusters": { "c": {"backends":["a:1"]} } }"#
      ],
      problems: [
        "p.json:1:44: listeners.l: is defined already, at q.json:1:23",
        "p.json:1:85: clusters.c: is defined already, at q.json:1:64",
      ]),
    Case(
      include: #"["q.json", "r.json"]"#,
      files: ["q.json": "[\n1", "r.json": #"{ "routes": [ { "cluster": "gone" }, 7 ] }"#],
      problems: [
        "q.json:1:1: expected an object, found an array",
        "q.json:2:2: the file ends inside the array that begins at 1:1",
        "r.json:1:38: routes[1]: expected an object, found 7",
      ]),
  ]

  @Test("what is wrong with an include is said where it stands", arguments: cases)
  func problems(_ item: Case) {
    let text =
      "{ \"include\": \(item.include), \"listeners\": { \"l\": { \"bind\": \"*:80\" } },"
      + " \"clusters\": { \"c\": { \"backends\": [\"a:1\"] } } }"
    let result = load(text, with: item.files)
    #expect(result.lines == item.problems)
  }

  @Test("a main file that cannot be read is a problem of its own")
  func noMainFile() {
    let result = loadConfiguration(at: "p.json", from: MemoryFiles(files: [:]))
    #expect(result.lines == ["p.json: cannot be read: no such file"])
    #expect(result.snapshot == nil)
  }

  @Test("a pattern whose directory cannot be read is an error, and nothing is said to be missing")
  func unreadable() {
    let text = "{ \"include\": \"d/*.json\", \"routes\": [ { \"cluster\": \"c\" } ] }"
    let files = MemoryFiles(files: ["p.json": text], unreadable: ["d/*.json": "permission denied"])
    let result = loadConfiguration(at: "p.json", from: files)
    #expect(result.lines == ["p.json:1:14: include: d/*.json cannot be read: permission denied"])
    #expect(result.snapshot == nil)
  }

  @Test("files within files are bounded")
  func depth() {
    var files: [String: String] = [:]
    for index in 0..<30 { files["\(index).json"] = "{ \"include\": \"\(index + 1).json\" }" }
    let lines = load("{ \"include\": \"0.json\", \(Self.listener) }", with: files).lines
    #expect(lines == ["14.json:1:14: include: files include each other more than 16 deep"])
  }

  @Test(
    "a path is seen from the file that includes it",
    arguments: [
      ("a.json", "p.json", "a.json"), ("a.json", "/etc/p/p.json", "/etc/p/a.json"),
      ("/a.json", "/etc/p.json", "/a.json"), ("../a.json", "x/p.json", "x/../a.json"),
    ])
  func resolving(path: String, file: String, expected: String) {
    #expect(resolve(path, from: file) == expected)
  }

  @Test(
    "one file has one normalised path",
    arguments: [
      ("a", "a"), ("./a", "a"), ("/a//b/./c", "/a/b/c"), ("a/../b", "b"), ("../a", "../a"),
      ("/../a", "/a"), ("a/../../b", "../b"),
    ])
  func normalising(path: String, expected: String) {
    #expect(normalized(path) == expected)
  }
}
