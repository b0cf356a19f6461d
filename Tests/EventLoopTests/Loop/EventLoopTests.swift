import Glibc
import LoopTestSupport
import Synchronization
import Testing

@testable import EventLoop

@Suite("The event loop")
struct EventLoopTests {
  /// Counts calls, and those that come from another thread than the first.
  private actor Counter: WaitHandler {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      unsafe loop.asUnownedSerialExecutor()
    }
    private(set) var count = 0
    private(set) var strangers = 0
    private var thread: pthread_t?

    init(on loop: EventLoop) { self.loop = loop }

    func add() {
      let current = pthread_self()
      if (thread ?? current) != current { strangers += 1 }
      thread = current
      count += 1
    }

    /// Called by the loop outside of any job.
    nonisolated func waitEnded(_ outcome: WaitOutcome) {
      assumeIsolated { $0.add() }
    }
  }

  @Test("jobs from other threads all run, on the loop's thread")
  func otherThreads() async throws {
    try await onLoop { runner in
      let counter = Counter(on: runner.loop)
      let senders = (0..<4).map { _ in
        Task.detached { for _ in 0..<500 { await counter.add() } }
      }
      for sender in senders { await sender.value }
      await counter.add()
      #expect(await counter.count == 2001)
      #expect(await counter.strangers == 0)
    }
  }

  @Test("a job wakes a loop that sleeps, every time")
  func wakeups() async throws {
    let runner = EventLoop.forTest()
    #expect(runner.startThread(name: "test-loop"))
    defer { runner.stop() }
    let counter = Counter(on: runner)
    for round in 1...500 {
      await counter.add()
      #expect(await counter.count == round)
    }
  }

  @Test("jobs that come before the loop runs are not lost")
  func beforeRunning() async throws {
    let loop = EventLoop.forTest()
    let counter = Counter(on: loop)
    let early = Task.detached { await counter.add() }
    await Task.yield()
    #expect(loop.startThread(name: "test-loop"))
    defer { loop.stop() }
    await early.value
    #expect(await counter.count == 1)
  }

  @Test("a handler may assume that it is on the loop's actor")
  func assumeIsolated() async throws {
    try await onLoop { runner in
      let counter = Counter(on: runner.loop)
      let point = WaitPoint(on: runner.loop)
      await counter.add()
      point.watch(until: .never, counter)
      point.signal()
      await runner.loop.yieldTurn()
      #expect(await counter.count == 2)
      #expect(await counter.strangers == 0)
    }
  }

  @Test("those who yield go on in the order in which they yielded, a turn later")
  func yielding() async throws {
    try await onLoop { runner in
      var order: [String] = []
      var turns: [UInt32] = []
      let tasks = ["a", "b", "c"].map { name in
        Task.immediate(executorPreference: runner.loop) {
          _ = runner
          for _ in 0..<3 {
            order.append(name)
            turns.append(runner.loop.turn)
            await runner.loop.yieldTurn()
          }
        }
      }
      for task in tasks { await task.value }
      #expect(order == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
      let first = turns[0]
      #expect(turns.map { $0 &- first } == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    }
  }

  @Test("events come between two turns of one who yields")
  func eventsBetween() async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.unix)
      let peer = Peer(pair.far)
      let transport = Transport(descriptor: pair.near, on: runner.loop)
      peer.send("x")
      #expect(!transport.isReadable)
      await runner.loop.yieldTurn()
      #expect(transport.isReadable)
    }
  }

  @Test("the time of a turn stands still within it")
  func turnTime() async throws {
    try await onLoop { runner in
      let before = runner.loop.now
      let end = Instant.read() + .milliseconds(1)
      while Instant.read() < end {}
      #expect(runner.loop.now == before)
      await runner.loop.yieldTurn()
      #expect(runner.loop.now >= end)
    }
  }

  @Test("a deadline ends a wait of a loop that has nothing else to do, and not early")
  func timeout() async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      for milliseconds in [1, 17, 40] as [Int64] {
        let deadline = runner.loop.now + .milliseconds(milliseconds)
        #expect(await point.wait(until: deadline) == .deadline)
        #expect(Instant.read() >= deadline)
      }
    }
  }

  @Test("stopping ends a loop that sleeps, one that works, and one that has not begun")
  func stopping() async throws {
    let sleeping = EventLoop.forTest()
    let sleeps = Task.detached { sleeping.run() }
    await Counter(on: sleeping).add()
    sleeping.stop()
    await sleeps.value

    let working = EventLoop.forTest()
    let works = Task.detached { working.run() }
    Task(executorPreference: working) { working.callAtTurnEnd(Busy(working)) }
    await Counter(on: working).add()
    working.stop()
    await works.value

    let fresh = EventLoop.forTest()
    fresh.stop()
    fresh.run()
    #expect(fresh.turn == 0)
    #expect(sleeping.turn > 0 && working.turn > 0)
  }

  /// Has something to do in every turn. Not a task: one that waits for a turn that never comes
  /// would keep itself and its loop for ever.
  private final class Busy: TurnEndHandler {
    private unowned let loop: EventLoop
    init(_ loop: EventLoop) { self.loop = loop }
    func turnEnded() { loop.callAtTurnEnd(self) }
  }
}
