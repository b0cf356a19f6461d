import Addressing
import Balancing
import Synchronization
import Testing

@testable import Proxy

@Suite("What workers share of a backend")
struct SharedBackendTests {
  static func backend(port: UInt16 = 80) -> SharedBackend {
    let endpoint = Endpoint.ip(IPAddress(v4: 0x0A00_0001), port: port)
    return SharedBackend(BackendIdentity(cluster: "c", subcluster: "s", endpoint: endpoint))
  }

  @Test("is called by its address")
  func label() {
    #expect(Self.backend(port: 8080).label == "10.0.0.1:8080")
  }

  @Test("backends share what their cluster may have, and give back what they could not use")
  func clusterLimit() {
    let cluster = SharedCluster()
    let backends = (1...2).map { port in
      SharedBackend(
        BackendIdentity(
          cluster: "c", subcluster: "s",
          endpoint: .ip(IPAddress(v4: 0x0A00_0001), port: UInt16(port))), cluster: cluster)
    }
    #expect(backends[0].reserveConnection(limit: 5, ofCluster: 2))
    #expect(backends[1].reserveConnection(limit: 5, ofCluster: 2))
    #expect(!backends[0].reserveConnection(limit: 5, ofCluster: 2))
    #expect(backends[0].openCount == 1 && !backends[0].hasRoom(limit: 5, ofCluster: 2))
    #expect(backends[0].hasRoom(limit: 5))
    backends[1].releaseConnection()
    #expect(backends[0].hasRoom(limit: 5, ofCluster: 2))
    #expect(backends[0].reserveConnection(limit: 2, ofCluster: 2))
    #expect(!backends[0].reserveConnection(limit: 2, ofCluster: 3), "its own limit")
    #expect(backends[1].reserveConnection(limit: 2, ofCluster: 3), "nothing was lost by that")
  }

  @Test("no more connections are reserved than the limit", arguments: [1, 2, 5])
  func limit(_ limit: Int) {
    let backend = Self.backend()
    let first = (0..<limit + 2).map { _ in backend.reserveConnection(limit: limit) }
    #expect(first == Array(repeating: true, count: limit) + [false, false])
    #expect(!backend.hasRoom(limit: limit) && backend.hasRoom(limit: limit + 1))
    backend.releaseConnection()
    #expect(backend.hasRoom(limit: limit))
    #expect(backend.reserveConnection(limit: limit))
    #expect(!backend.reserveConnection(limit: limit))
    #expect(backend.reserveConnection(limit: limit + 1), "a reload may raise the limit")
    #expect(!backend.reserveConnection(limit: 1), "or lower it")
  }

  private final class Held: Sendable {
    let count = Atomic<Int>(0)
  }

  /// Reserves and releases; counts what it held, and notes if more were held than may be.
  @concurrent
  private func compete(
    for backend: SharedBackend, limit: Int, held: Held
  ) async -> (taken: Int, exceeded: Int) {
    var (taken, exceeded) = (0, 0)
    for _ in 0..<20_000 where backend.reserveConnection(limit: limit) {
      if held.count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue > limit {
        exceeded += 1
      }
      taken += 1
      held.count.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      backend.releaseConnection()
    }
    return (taken, exceeded)
  }

  @Test("two threads together hold no more than the limit, and lose none", arguments: [1, 2])
  func threads(limit: Int) async {
    let backend = Self.backend()
    let held = Held()
    async let one = compete(for: backend, limit: limit, held: held)
    async let two = compete(for: backend, limit: limit, held: held)
    let results = await [one, two]
    #expect(results.allSatisfy { $0.exceeded == 0 })
    #expect(results.reduce(0) { $0 + $1.taken } > 0)
    let rest = (0...limit).map { _ in backend.reserveConnection(limit: limit) }
    #expect(rest == Array(repeating: true, count: limit) + [false])
  }

  @Test("requests that wait are counted")
  func waiting() {
    let backend = Self.backend()
    #expect(!backend.hasWaiting)
    backend.beganWaiting()
    backend.beganWaiting()
    backend.endedWaiting()
    #expect(backend.hasWaiting)
    backend.endedWaiting()
    #expect(!backend.hasWaiting)
  }

  @Test("a backend that fails rests, is tried once, and rests for longer or is usable again")
  func resting() {
    let backend = Self.backend()
    #expect(backend.canTry(at: 0) && backend.beginTry(at: 0))
    #expect(!backend.succeeded(), "it had not failed")

    #expect(backend.failed(at: 100) == 1000)
    #expect(backend.failed(at: 150) == nil, "it rests already")
    #expect(!backend.canTry(at: 1099) && !backend.beginTry(at: 1099))
    #expect(backend.canTry(at: 1100))
    #expect(backend.beginTry(at: 1100))
    #expect(!backend.canTry(at: 1100) && !backend.beginTry(at: 1100), "one tries at a time")

    #expect(backend.failed(at: 1200) == 2000)
    #expect(!backend.beginTry(at: 3199) && backend.beginTry(at: 3200))
    #expect(!backend.beginTry(at: 13_199) && backend.beginTry(at: 13_200), "a lost try is forgiven")

    #expect(backend.succeeded())
    #expect(!backend.succeeded())
    #expect(backend.canTry(at: 0) && backend.rest == BackendRest())
    #expect(backend.failed(at: 20_000) == 1000, "failures are counted anew")
  }

  @concurrent
  private func tryOnce(_ backend: SharedBackend, at now: UInt64) async -> Int {
    (0..<1000).count { _ in backend.beginTry(at: now) }
  }

  @Test("of two threads one gets the try")
  func oneTry() async {
    let backend = Self.backend()
    for round in 0..<20 as Range<UInt64> {
      _ = backend.failed(at: round * 100_000)
      let now = round * 100_000 + 60_000
      async let one = tryOnce(backend, at: now)
      async let two = tryOnce(backend, at: now)
      let sum = await one + two
      #expect(sum == 1)
    }
  }

  @concurrent
  private func failAndSucceed(_ backend: SharedBackend) async {
    for now in 0..<10_000 as Range<UInt64> {
      _ = backend.failed(at: now)
      _ = backend.succeeded()
    }
  }

  @Test("whoever reports success last leaves the backend usable")
  func successWins() async {
    let backend = Self.backend()
    async let one: Void = failAndSucceed(backend)
    async let two: Void = failAndSucceed(backend)
    _ = await (one, two)
    // Each thread's last word was a success.
    #expect(backend.rest.isUsable)
  }
}
