import Testing

@testable import Configuration

@Suite("The shipped configurations")
struct ShippedTests {
  @Test(
    "load without a problem",
    arguments: [
      ("portico.json", 1, 2, 1), ("demo.json", 2, 3, 1), ("examples/small-site.json", 1, 5, 2),
      ("examples/unix-sockets.json", 2, 2, 2), ("examples/canary.json", 1, 1, 1),
      ("examples/includes.json", 1, 4, 3),
    ])
  func loads(name: String, listeners: Int, routes: Int, clusters: Int) throws {
    let result = loadConfiguration(at: repositoryPath("conf/\(name)"), from: DiskFiles())
    #expect(result.lines == [])
    let routing = try #require(result.snapshot?.routing)
    #expect(routing.listeners.count == listeners)
    #expect(routing.routes.count == routes)
    #expect(routing.clusters.count == clusters)
  }

  @Test("are all in the table above, or included by one that is")
  func complete() throws {
    let files = DiskFiles()
    let names = try ["", "examples/", "examples/sites/"].map { directory in
      try files.paths(matching: repositoryPath("conf/\(directory)*.json")).count
    }
    #expect(names == [3, 4, 2])
  }

  @Test("the demonstration has two subclusters with the weights that its text promises")
  func demo() throws {
    let result = loadConfiguration(at: repositoryPath("conf/demo.json"), from: DiskFiles())
    let cluster = try #require(result.snapshot?.routing.clusters.first)
    #expect(cluster.subclusters.map(\.name) == ["east", "west"])
    #expect(cluster.subclusters.map(\.weight) == [70, 30])
    #expect(cluster.subclusters.flatMap(\.backends).map(\.weight) == [3, 1, 1])
  }
}
