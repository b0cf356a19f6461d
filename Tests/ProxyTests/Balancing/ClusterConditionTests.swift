import Balancing
import Configuration
import EventLoop
import LoopTestSupport
import Testing

@testable import Proxy

@Suite("How a cluster's backends fare together")
struct ClusterConditionTests {
  private let state = workerState(on: .forTest())

  /// The cluster as a worker meets it.
  private func load(_ config: ClusterConfig) throws -> ClusterRuntime {
    var routing = RoutingConfig()
    routing.clusters = [config]
    let configuration = ResolvedConfiguration(routing: routing)
    var shared = SharedState()
    shared.update(for: configuration)
    _ = state.adopt(RuntimeTables(configuration, shared: shared, worker: 0))
    return try #require(state.tables.clusters.first)
  }

  private func mark(_ indices: [Int], of cluster: ClusterRuntime) {
    for index in indices { cluster.backends[index].pool.shared.setHealth(.unhealthy, at: 0) }
  }

  /// Which of four backends are unhealthy; two are of the first level, two of the second.
  @Test(
    "all are used only when no level has enough that are well",
    arguments: [
      ([], false), ([0], false), ([0, 1], false), ([2, 3], false), ([0, 1, 2], false),
      ([0, 1, 2, 3], true),
    ])
  func levels(unhealthy: [Int], panics: Bool) throws {
    var backup = subcluster("backup", [3: 1, 4: 1])
    backup.priority = 1
    let cluster = try load(cluster("c", subcluster("first", [1: 1, 2: 1]), backup))
    mark(unhealthy, of: cluster)
    #expect(cluster.isPanicking(at: 1) == panics)
  }

  @Test("when those of the first level are dead, the next one has all requests")
  func failover() throws {
    var far = subcluster("far", [3: 1])
    far.priority = 1
    let near = (subcluster("east", [1: 1]), subcluster("west", [2: 1]))
    let cluster = try load(cluster("c", near.0, near.1, far))
    mark([0, 1], of: cluster)
    #expect((0..<6).map { _ in cluster.next()?.index } == Array(repeating: 2, count: 6))
  }

  @Test("who gets no requests anyway does not count as one that is well")
  func standby() throws {
    let cluster = try load(cluster("c", subcluster("s", [1: 1, 2: 0])))
    mark([0], of: cluster)
    #expect(cluster.isPanicking(at: 1))
    #expect(cluster.ejectionRoom(at: 1) <= 0)
  }

  @Test("nobody is ejected when the only other one refuses connections")
  func resting() throws {
    let cluster = try load(cluster("c", subcluster("s", [1: 1, 2: 1])))
    #expect(cluster.ejectionRoom(at: 1) == 1)
    _ = cluster.backends[0].pool.shared.failed(at: 1)
    #expect(cluster.ejectionRoom(at: 2) == 0)
  }

  @Test("who is used while ejected, for lack of others, has its whole weight")
  func panicAndSlowStart() throws {
    let backend = SharedBackendTests.backend()
    _ = backend.eject(at: 1, policy: EjectionPolicy(consecutive: 1, base: 1_000))
    let slow = SlowStart(duration: 10_000)
    #expect(backend.availability(at: 2, slowStart: slow, isPanicking: true).percent == 100)
    #expect(backend.availability(at: 1_001, slowStart: slow).percent < 100)
  }
}
