import Addressing
import Configuration
import EventLoop
import Names
import TLS
import Testing

@testable import Proxy

@Suite("What makes a backend the same")
struct BackendIdentityTests {
  private static let first = IPAddress(v4: 0x0A00_0001)
  private static let second = IPAddress(v6: 0x2001_0db8 << 32, 1)

  private func backends(_ configs: BackendConfig...) -> [String] {
    var subcluster = SubclusterConfig()
    subcluster.name = "s"
    subcluster.backends = configs
    let names = [
      BackendName(.host, "two.example"): [Self.first, Self.second].map {
        NamedBackend(address: $0)
      },
      BackendName(.host, "none.example"): [],
      BackendName(.service, "_http._tcp.example"): [
        NamedBackend(address: Self.first, port: 81, weight: 3),
        NamedBackend(address: Self.second, port: 82),
      ],
    ]
    var cluster = ClusterConfig()
    cluster.name = "c"
    let configuration = ResolvedConfiguration(routing: RoutingConfig(), names: names)
    return BackendIdentity.all(of: subcluster, in: cluster, configuration).map {
      identity, address, weight, _ in
      let port = address.ip.map { "\($0.port)" } ?? "unix"
      return "\(identity.cluster) \(identity.subcluster) \(identity.endpoint) \(port) \(weight)"
    }
  }

  @Test("an address is one backend")
  func addresses() {
    #expect(
      backends(
        BackendConfig(address: .ip(Self.first, port: 80), weight: 3),
        BackendConfig(address: .unix(path: "/run/app.sock"))) == [
          "c s 10.0.0.1:80 80 3", "c s unix:/run/app.sock unix 1",
        ])
  }

  @Test("a name stands for all of its addresses, each with the name's weight")
  func names() {
    #expect(
      backends(BackendConfig(address: .name("two.example", port: 8080), weight: 2)) == [
        "c s 10.0.0.1:8080 8080 2", "c s [2001:db8::1]:8080 8080 2",
      ])
  }

  @Test("a service brings ports and weights of its own")
  func services() {
    #expect(
      backends(BackendConfig(address: .service("_http._tcp.example"), weight: 2)) == [
        "c s 10.0.0.1:81 81 6", "c s [2001:db8::1]:82 82 2",
      ])
  }

  @Test("all names of a configuration are known, each once for each way to look it up")
  func allNames() {
    var routing = RoutingConfig()
    for (cluster, family) in [("a", NamesConfig.Family.any), ("b", .any), ("c", .ipv4)] {
      var subcluster = SubclusterConfig()
      subcluster.backends = [
        BackendConfig(address: .name("x.example", port: 80)),
        BackendConfig(address: .name("x.example", port: 81)),
        BackendConfig(address: .ip(Self.first, port: 80)),
      ]
      var config = ClusterConfig()
      config.name = cluster
      config.subclusters = [subcluster]
      config.names.family = family
      routing.clusters.append(config)
    }
    #expect(
      BackendName.all(of: routing) == [
        BackendName(.host, "x.example"),
        BackendName(.host, "x.example", settings: NameSettings(family: .ipv4)),
      ])
  }

  @Test(
    "a certificate has to be for the name in the configuration, not for what it leads to",
    arguments: [
      (Endpoint.name("shop.example", port: 80), "shop.example"),
      (.service("_https._tcp.shop.example"), "shop.example"),
    ])
  func verifiedName(endpoint: Endpoint, name: String) {
    let peer = VerifiedPeer(ClusterTLSConfig(), material: nil, backend: endpoint)
    #expect(peer?.name == .host(name))
  }

  @Test("what has no address is no backend")
  func nobody() {
    #expect(
      backends(
        BackendConfig(address: .name("none.example", port: 80)),
        BackendConfig(address: .name("unknown.example", port: 80)),
        BackendConfig(address: .unix(path: "/" + String(repeating: "p", count: 200)))) == [])
  }

  @Test("cluster, subcluster, address and port tell backends apart, the weight does not")
  func equality() {
    func identity(_ cluster: String, _ subcluster: String, _ port: UInt16) -> BackendIdentity {
      BackendIdentity(
        cluster: cluster, subcluster: subcluster, endpoint: .ip(Self.first, port: port))
    }
    let all = [
      identity("a", "s", 80), identity("b", "s", 80), identity("a", "t", 80),
      identity("a", "s", 81),
    ]
    #expect(Set(all + all).count == 4)
  }
}
