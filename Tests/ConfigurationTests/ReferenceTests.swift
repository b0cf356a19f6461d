import Testing

@testable import Configuration

@Suite("docs/configuration.md")
struct ReferenceTests {
  private let text: String

  init() throws {
    let bytes = try DiskFiles().read(repositoryPath("docs/configuration.md"))
    text = String(decoding: bytes, as: UTF8.self)
  }

  @Test("speaks of every key", arguments: SchemaTests.objects)
  func keys(_ object: SchemaTests.Object) {
    for key in object.keys {
      #expect(
        ["`\(key)`", "`access.\(key)`", "\(key)."].contains { text.contains($0) }, "\(key)")
    }
  }

  @Test("speaks of every variable of a log line", arguments: LoggingConfig.AccessVariable.allCases)
  func variables(_ variable: LoggingConfig.AccessVariable) {
    #expect(text.contains("`{\(variable.rawValue)}`"))
  }

  @Test("begins with an example that loads without a problem")
  func example() throws {
    let parts = text.split(separator: "```", omittingEmptySubsequences: false)
    let example = try #require(parts.first { $0.hasPrefix("json\n") })
    #expect(load(String(example.dropFirst(5))).lines == [])
  }

  @Test("quotes messages as they are")
  func messages() {
    let result = load(
      """
      { "listeners": { "web": { "bind": "*:80",
        "protocols": { "http1": { "max_haed": "1KiB" } }, "timeouts": { "head": 10 } } },
        "routes": [ { "cluster": "wbe" }, { "path": "/api*", "respond": {} } ],
        "clusters": { "web": { "backends": ["a:1"] },
          "api": { "backends": ["a:1"], "mirror": "web" } } }
      """)
    let documented = text.split(separator: "\n").map(String.init)
    #expect(result.lines.count == 5)
    for line in result.lines {
      let message = line.split(separator: ": ", maxSplits: 1)[1]
      #expect(documented.contains { $0.hasSuffix(message) }, "\(message)")
    }
  }
}
