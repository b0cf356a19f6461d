import Addressing
import Configuration
import EventLoop
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
    let addresses = ["two.example": [Self.first, Self.second], "none.example": []]
    var cluster = ClusterConfig()
    cluster.name = "c"
    let configuration = ResolvedConfiguration(routing: RoutingConfig(), addresses: addresses)
    return BackendIdentity.all(of: subcluster, in: cluster, configuration).map {
      identity, address, weight in
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
