import Addressing
import Configuration
import Proxy
import Testing

@testable import Daemon

@Suite("Looking up backends")
struct ResolveNamesTests {
  private func routing(_ addresses: [Endpoint]) -> RoutingConfig {
    var subcluster = SubclusterConfig()
    subcluster.backends = addresses.enumerated().map { index, address in
      let place = SourceLocation(file: "a.json", line: index + 1, column: 1)
      return BackendConfig(address: address, location: place)
    }
    var cluster = ClusterConfig()
    cluster.name = "app"
    cluster.subclusters = [subcluster]
    var routing = RoutingConfig()
    routing.clusters = [cluster]
    return routing
  }

  @Test("names get addresses, addresses stay")
  func found() async throws {
    let (resolved, problems) = await resolveNames(
      of: routing([.name("127.0.0.2", port: 80), .ip(IPAddress(v6: 0, 1), port: 80)]))
    #expect(problems.isEmpty)
    #expect(resolved?.addresses == ["127.0.0.2": [IPAddress(v4: 0x7F00_0002)]])
  }

  @Test("each backend whose name has no address is a problem at its place")
  func missing() async {
    let bad = Endpoint.name("no such host", port: 80)
    let (resolved, problems) = await resolveNames(of: routing([bad, .unix(path: "/a"), bad]))
    #expect(resolved == nil)
    #expect(problems.map(\.location.line) == [1, 3])
    #expect(problems.allSatisfy { $0.path == "clusters.app" && $0.severity == .error })
  }
}
