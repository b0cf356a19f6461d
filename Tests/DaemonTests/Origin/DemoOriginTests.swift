import Addressing
import Configuration
import Testing

@testable import Daemon

@Suite("The demo's origins")
struct DemoOriginTests {
  @Test("each address has one origin, named after its subcluster and port")
  func all() throws {
    var routing = RoutingConfig()
    for (cluster, addresses) in [
      ("shop", ["127.0.0.1:9101", "127.0.0.1:9102"]),
      ("other", ["127.0.0.1:9101", "unix:/run/a.sock"]),
    ] {
      var subcluster = SubclusterConfig()
      subcluster.name = cluster == "shop" ? "east" : "default"
      subcluster.backends = try addresses.map { BackendConfig(address: try .backend($0)) }
      var config = ClusterConfig()
      config.name = cluster
      config.subclusters = [subcluster]
      routing.clusters.append(config)
    }
    #expect(
      DemoOrigin.all(for: routing).map { "\($0.endpoint) \($0.name)" } == [
        "127.0.0.1:9101 east/9101", "127.0.0.1:9102 east/9102",
        "unix:/run/a.sock default/a.sock",
      ])
  }
}
