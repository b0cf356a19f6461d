import Addressing
import Balancing
import Configuration
import EventLoop
import LoopTestSupport
import Testing

@testable import Proxy

@Suite("What a reload keeps")
struct RuntimeTablesTests {
  /// One worker's state over reloads, and what all workers share.
  private struct Rig {
    let state: WorkerState
    var shared = SharedState()

    init(on loop: EventLoop) { state = workerState(on: loop) }

    mutating func load(_ clusters: ClusterConfig..., listeners: [String] = []) {
      var routing = RoutingConfig()
      routing.clusters = clusters
      routing.listeners = listeners.map {
        var config = ListenerConfig()
        config.name = $0
        return config
      }
      let configuration = ResolvedConfiguration(routing: routing)
      shared.update(for: configuration)
      _ = state.adopt(RuntimeTables(configuration, shared: shared, worker: 0))
    }

    func backend(_ label: String, cluster: String = "c") -> BackendRuntime? {
      state.tables.clusters.first { $0.name == cluster }?.backends.first { $0.label == label }
    }

    /// The next backends of cluster `c`, by the last part of their addresses.
    func picks(_ count: Int) -> [String] {
      (0..<count).map { _ in
        guard let picked = state.tables.clusters[0].next() else { return "-" }
        return String(picked.label.split(separator: ":")[0].split(separator: ".")[3])
      }
    }
  }

  @Test("the pool of a backend that stays goes on, with the new settings")
  func poolsStay() {
    var rig = Rig(on: .forTest())
    rig.load(cluster("c", subcluster("s", [1: 1, 2: 1])))
    let before = rig.backend("10.0.0.1:80")?.pool
    var changed = cluster("c", subcluster("s", weight: 5, [3: 1, 1: 7]))
    changed.pool.maxIdle = 3
    rig.load(changed)
    let after = rig.backend("10.0.0.1:80")?.pool
    #expect(after === before && after != nil)
    #expect(after?.settings.maxIdle == 3 && after?.isDraining == false)
    #expect(
      Set(rig.state.pools.keys.map(\.endpoint.description)) == ["10.0.0.1:80", "10.0.0.3:80"])
    #expect(rig.backend("10.0.0.1:80")?.pool === rig.state.pools.values.first { $0 === before })
  }

  @Test("what all workers know of a backend that stays goes on")
  func sharedStays() {
    var rig = Rig(on: .forTest())
    rig.load(cluster("c", subcluster("s", [1: 1, 2: 1])), listeners: ["web", "old"])
    let (before, load) = (rig.shared.backends, rig.shared.listeners["web"])
    rig.load(cluster("c", subcluster("s", [1: 1, 3: 1])), listeners: ["web", "new"])
    let kept = rig.shared.backends.filter { before[$0.key] === $0.value }
    #expect(kept.map(\.value.label) == ["10.0.0.1:80"])
    #expect(rig.shared.backends.count == 2)
    #expect(rig.shared.listeners["web"] === load && load != nil)
    #expect(Set(rig.shared.listeners.keys) == ["web", "new"])
    #expect(rig.state.tables.listeners["web"]?.load === load)
  }

  @Test("what is known of a server stays when it is verified in another way")
  func conditionStays() throws {
    var rig = Rig(on: .forTest())
    var config = cluster("c", subcluster("s", [1: 1]))
    var tls = ClusterTLSConfig()
    config.tls = tls
    rig.load(config)
    let before = try #require(rig.shared.backends.values.first)
    before.setHealth(.unhealthy, at: 5)
    _ = before.override(.down, at: 5)
    rig.shared.note(.down, of: before)
    tls.name = "other.example"
    config.tls = tls
    rig.load(config)
    let after = try #require(rig.shared.backends.values.first)
    #expect(after !== before && rig.shared.backends.count == 1)
    #expect(after.health == .unhealthy)
    #expect(after.assignedState == .down)
  }

  @Test("what a backend bears is not learnt anew with each reload")
  func adaptiveLimitStays() {
    var rig = Rig(on: .forTest())
    var config = cluster("c", subcluster("s", [1: 1]))
    config.limits.adaptive = AdaptiveLimitConfig()
    rig.load(config)
    let before = rig.backend("10.0.0.1:80")
    before?.adapt(to: .milliseconds(1), failed: true, at: Instant.read())
    let limit = before?.pool.adaptive?.limit
    rig.load(config)
    #expect(rig.backend("10.0.0.1:80")?.pool.adaptive?.limit == limit && limit == 18)
    config.limits.adaptive?.initial = 30
    rig.load(config)
    #expect(rig.backend("10.0.0.1:80")?.pool.adaptive?.limit == 30)
  }

  @Test("the pool of a backend that left drains, and of one that moved to another subcluster too")
  func poolsDrain() async throws {
    try await onLoop { runner in
      var rig = Rig(on: runner.loop)
      rig.load(cluster("c", subcluster("s", [1: 1, 2: 1]), subcluster("t", [3: 1])))
      let pools = try ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"].map {
        try #require(rig.backend($0)?.pool)
      }
      var transports: [Transport] = []
      for pool in pools {
        let transport = Transport(descriptor: try SocketPair(.unix).near, on: runner.loop)
        #expect(pool.reserve())
        pool.checkIn(
          BackendConnection(transport, pool: pool, state: rig.state),
          now: runner.loop.now)
        transports.append(transport)
      }
      rig.load(cluster("c", subcluster("s", [1: 1]), subcluster("t", [2: 1])))
      #expect(pools.map(\.isDraining) == [false, true, true])
      #expect(pools.map(\.idleCount) == [1, 0, 0])
      #expect(transports.map(\.isOpen) == [true, false, false])
      #expect(rig.backend("10.0.0.2:80")?.pool.isDraining == false, "it begins anew")
      rig.load()
      #expect(transports.map(\.isOpen) == [false, false, false])
    }
  }

  @Test("two clusters with one address have pools of their own")
  func clustersApart() {
    var rig = Rig(on: .forTest())
    rig.load(cluster("c", subcluster("s", [1: 1])), cluster("d", subcluster("s", [1: 1])))
    let pools = ["c", "d"].map { rig.backend("10.0.0.1:80", cluster: $0)?.pool }
    #expect(pools[0] !== pools[1] && rig.state.pools.count == 2)
  }

  @Test("a backend that is named twice has one pool, from the beginning")
  func namedTwice() {
    var rig = Rig(on: .forTest())
    for _ in 0..<2 {
      rig.load(cluster("c", subcluster("s", [1: 1, 1: 2])))
      let backends = rig.state.tables.clusters[0].backends
      #expect(backends.count == 2 && backends[0].pool === backends[1].pool)
      #expect(rig.state.pools.values.contains { $0 === backends[0].pool })
    }
  }

  @Test("the sequence of picks goes on over a reload, at any point of it", arguments: 0...6)
  func balanceGoesOn(picked: Int) {
    var rig = Rig(on: .forTest())
    let sequence = ["1", "2", "1", "3", "2", "1", "1", "2", "1", "3", "2", "1"]
    rig.load(cluster("c", subcluster("s", [1: 3, 2: 2, 3: 1])))
    #expect(rig.picks(picked) == Array(sequence[..<picked]))
    rig.load(cluster("c", subcluster("s", [1: 3, 2: 2, 3: 1])))
    #expect(rig.picks(12 - picked) == Array(sequence[picked...]))
  }

  @Test("the sequence goes by the backend, not by its place in the file", arguments: 0...6)
  func balanceByIdentity(picked: Int) {
    var rig = Rig(on: .forTest())
    let sequence = ["1", "2", "1", "3", "2", "1", "1", "2", "1", "3", "2", "1"]
    rig.load(cluster("c", subcluster("s", [1: 3, 2: 2, 3: 1])))
    _ = rig.picks(picked)
    rig.load(cluster("c", subcluster("s", [3: 1, 1: 3, 2: 2])))
    let rest = rig.picks(12 - picked)
    // Ties go to the first in the file, so the order may differ; the shares do not.
    for name in ["1", "2", "3"] {
      let expected = sequence[picked...].count { $0 == name }
      #expect(abs(rest.count { $0 == name } - expected) <= 1)
    }
    #expect(rig.picks(6).sorted() == ["1", "1", "1", "2", "2", "3"])
  }

  @Test("workers begin their sequences staggered")
  func staggered() {
    var routing = RoutingConfig()
    routing.clusters = [cluster("c", subcluster("s", [1: 1, 2: 1, 3: 1]))]
    let configuration = ResolvedConfiguration(routing: routing)
    var shared = SharedState()
    shared.update(for: configuration)
    let first = (0..<3).map { worker in
      RuntimeTables(configuration, shared: shared, worker: worker)
        .clusters[0].next()?.label
    }
    #expect(first == ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"])
  }

  @Test("a rest that a backend took is still there after a reload")
  func restStays() throws {
    var rig = Rig(on: .forTest())
    rig.load(cluster("c", subcluster("s", [1: 1])))
    let shared = try #require(rig.backend("10.0.0.1:80")?.pool.shared)
    #expect(shared.failed(at: 5000) == 1000)
    rig.load(cluster("c", subcluster("s", [1: 2])))
    let clusterNow = rig.state.tables.clusters[0]
    #expect(clusterNow.shortestRest(at: Instant(microseconds: 5_500_000)) == 500)
    rig.load(cluster("c", subcluster("s", [1: 2, 2: 1])))
    let withAnother = rig.state.tables.clusters[0]
    #expect(withAnother.shortestRest(at: Instant(microseconds: 5_500_000)) == 0)
  }

  @Test("a configuration that says no limit takes the default")
  func maxConnections() {
    var shared = SharedState(defaultMaxConnections: 77)
    var routing = RoutingConfig()
    let unsaid = ResolvedConfiguration(routing: routing)
    shared.update(for: unsaid)
    #expect(RuntimeTables(unsaid, shared: shared, worker: 0).maxConnections == 77)
    routing.maxConnections = 5
    let said = ResolvedConfiguration(routing: routing)
    #expect(RuntimeTables(said, shared: shared, worker: 0).maxConnections == 5)
  }
}
