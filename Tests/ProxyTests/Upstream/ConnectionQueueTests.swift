import Configuration
import EventLoop
import LoopTestSupport
import Testing

@testable import Proxy

@Suite("Requests that wait for a connection")
struct ConnectionQueueTests {
  /// Requests that wait at `points`, in their order, and the indices of those that were woken.
  private final class Queue {
    let points: [WaitPoint]
    var outcomes: [(index: Int, outcome: WaitOutcome)] = []

    init(_ count: Int, on loop: EventLoop) {
      points = (0..<count).map { _ in WaitPoint(on: loop) }
    }

    var ready: [Int] { outcomes.filter { $0.outcome == .ready }.map(\.index) }
  }

  /// A pool whose backend has as many connections as it may, and `count` requests that wait.
  private func full(
    _ count: Int, deadline: Interval = .seconds(5), _ runner: isolated LoopRunner
  ) async throws -> (PoolRig, BackendConnection, Queue) {
    let rig = PoolRig(on: runner.loop) { $0.maxConnections = 1 }
    let connection = try rig.open()
    let queue = Queue(count, on: runner.loop)
    for (index, point) in queue.points.enumerated() {
      Task.immediate(executorPreference: runner.loop) {
        _ = runner
        let outcome = await rig.pool.wait(at: point, until: runner.loop.now + deadline)
        queue.outcomes.append((index, outcome))
      }
    }
    await runner.settle()
    return (rig, connection, queue)
  }

  @Test("a connection that comes back wakes the one that has waited longest")
  func firstInFirstOut() async throws {
    try await onLoop { runner in
      let (rig, connection, queue) = try await full(3, runner)
      #expect(rig.pool.shared.hasWaiting && queue.points.allSatisfy(\.isWaiting))
      for count in 1...3 {
        rig.checkIn(connection)
        await runner.settle()
        #expect(queue.ready == Array(0..<count))
        #expect(rig.checkOut() === connection)
      }
      #expect(!rig.pool.shared.hasWaiting)
    }
  }

  @Test("a connection that closes wakes the one that has waited longest")
  func closing() async throws {
    try await onLoop { runner in
      let (rig, connection, queue) = try await full(2, runner)
      rig.pool.close(connection)
      await runner.settle()
      #expect(queue.ready == [0])
      #expect(rig.pool.reserve())
      rig.pool.releaseReservation()
      await runner.settle()
      #expect(queue.ready == [0, 1])
    }
  }

  @Test("the deadline of each ends its wait")
  func deadline() async throws {
    try await onLoop { runner in
      let (rig, _, queue) = try await full(2, deadline: .milliseconds(1), runner)
      #expect(await runner.turn { queue.outcomes.count == 2 })
      #expect(queue.outcomes.allSatisfy { $0.outcome == .deadline })
      #expect(!rig.pool.shared.hasWaiting)
    }
  }

  @Test("a wake-up is not spent on one whose wait has ended in the same turn")
  func wakeUpPassedOn() async throws {
    try await onLoop { runner in
      let (rig, connection, queue) = try await full(3, runner)
      queue.points[0].abort()
      rig.checkIn(connection)
      #expect(await runner.turn { queue.outcomes.count == 2 })
      #expect(queue.ready == [1])
      #expect(queue.points[2].isWaiting)
      queue.points[2].abort()
      await runner.settle()
    }
  }

  @Test("nobody waits for a place that was given back before")
  func placeGivenBack() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.maxConnections = 1 }
      let connection = try rig.open()
      #expect(!rig.pool.reserve())
      // On another worker, which finds nobody waiting.
      rig.pool.close(connection)
      let point = WaitPoint(on: runner.loop)
      #expect(await rig.pool.wait(at: point, until: runner.loop.now + .seconds(5)) == .ready)
      #expect(rig.pool.reserve())
      #expect(!rig.pool.shared.hasWaiting)
    }
  }

  @Test("no more requests wait than may")
  func maxWaiting() async throws {
    try await onLoop { runner in
      let (rig, connection, queue) = try await full(2, runner)
      func canWait(_ limit: Int) -> Bool {
        rig.configure { $0.maxWaiting = limit }
        return rig.pool.canWait
      }
      #expect([0, 1, 2, 3].map(canWait) == [false, false, false, true])
      rig.pool.close(connection)
      #expect(canWait(2), "one was woken")
      for point in queue.points { point.abort() }
      await runner.settle()
    }
  }
}
