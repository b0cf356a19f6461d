import Bytes
import Configuration
import EventLoop
import LoopTestSupport
import Testing

@testable import Proxy

@Suite("The pool of idle connections to a backend")
struct ConnectionPoolTests {
  @Test("the connection that came last goes first")
  func lastInFirstOut() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connections = try (0..<3).map { _ in try rig.open() }
      for connection in connections { rig.checkIn(connection) }
      #expect(rig.pool.idleCount == 3)
      let out = (0..<3).map { _ in rig.checkOut() }
      #expect(out.elementsEqual(connections.reversed()) { $0 === $1 })
      #expect(rig.checkOut() == nil && rig.pool.idleCount == 0)
      #expect(rig.openCount == 3, "those checked out stay open")
    }
  }

  @Test("at most so many are idle, and the one idle for longest gives way", arguments: [0, 1, 2])
  func maxIdle(_ limit: Int) async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.maxIdle = limit }
      let connections = try (0..<4).map { _ in try rig.open() }
      for connection in connections { rig.checkIn(connection) }
      #expect(rig.pool.idleCount == limit)
      #expect(rig.openCount == limit)
      #expect(connections.map(\.transport.isOpen) == (0..<4).map { $0 >= 4 - limit })
    }
  }

  @Test("an old connection is neither kept nor given out")
  func age() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.maxAge = .seconds(60) }
      let (young, old) = (try rig.open(), try rig.open())
      let now = runner.loop.now
      rig.pool.checkIn(young, now: now + .milliseconds(59_999))
      #expect(rig.pool.idleCount == 1)
      rig.pool.checkIn(old, now: now + .seconds(60))
      #expect(rig.pool.idleCount == 1 && !old.transport.isOpen)
      #expect(rig.pool.checkOut(peeking: false, now: now + .seconds(60)) == nil)
      #expect(!young.transport.isOpen && rig.openCount == 0)
    }
  }

  @Test("without an age limit a connection is good for ever")
  func noAge() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.maxAge = .zero }
      let connection = try rig.open()
      let late = runner.loop.now + .seconds(10_000_000)
      rig.pool.checkIn(connection, now: late)
      #expect(rig.pool.checkOut(peeking: true, now: late) === connection)
    }
  }

  @Test("a connection that was idle for too long is closed")
  func idleTimeout() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.idleTimeout = .milliseconds(1) }
      let connection = try rig.open()
      rig.checkIn(connection)
      #expect(await runner.turn { rig.pool.idleCount == 0 })
      #expect(!connection.transport.isOpen && rig.openCount == 0)
    }
  }

  @Test("one that was checked out again has no idle deadline any more")
  func notIdle() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop) { $0.idleTimeout = .milliseconds(1) }
      let connection = try rig.open()
      rig.checkIn(connection)
      #expect(rig.checkOut() === connection)
      let point = WaitPoint(on: runner.loop)
      _ = await point.wait(until: runner.loop.now + .milliseconds(20))
      #expect(connection.transport.isOpen)
    }
  }

  @Test(
    "what the backend says of its patience counts with a margin of a second, if it is less",
    arguments: [(nil, 30), (0, 0), (1, 0), (5, 4), (31, 30), (60, 30)] as [(Int64?, Int64)])
  func hint(seconds: Int64?, limit: Int64) async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connection = try rig.open()
      connection.keepAliveHint = seconds.map { .seconds($0) }
      #expect(connection.idleLimit(.seconds(30)) == .seconds(limit))
    }
  }

  enum Happening: Sendable, CaseIterable { case octets, halfClose, close }

  @Test(
    "a connection on which anything comes while it is idle is closed", arguments: Happening.allCases
  )
  func unasked(_ happening: Happening) async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let (first, second) = (try rig.open(), try rig.open())
      rig.checkIn(first)
      rig.checkIn(second)
      rig.happen(happening, to: first)
      #expect(await runner.turn { rig.pool.idleCount == 1 })
      #expect(!first.transport.isOpen && rig.openCount == 1)
      #expect(rig.checkOut() === second)
    }
  }

  @Test(
    "a peek finds what the loop has not told yet, and passes on to the next",
    arguments: Happening.allCases)
  func peeking(_ happening: Happening) async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let (good, bad) = (try rig.open(), try rig.open())
      await runner.settle()
      rig.checkIn(good)
      rig.checkIn(bad)
      rig.happen(happening, to: bad)
      #expect(rig.pool.checkOut(peeking: true, now: runner.loop.now) === good)
      #expect(!bad.transport.isOpen && rig.openCount == 1)
    }
  }

  @Test("without a peek no system call is spent on one that has been idle for a turn")
  func notPeeking() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connection = try rig.open()
      await runner.settle()
      rig.checkIn(connection)
      connection.idleSinceTurn = runner.loop.turn &- 1
      rig.happen(.close, to: connection)
      #expect(rig.pool.checkOut(peeking: false, now: runner.loop.now) === connection)
    }
  }

  @Test(
    "one that was given back in this turn is peeked at in any case", arguments: Happening.allCases)
  func sameTurn(_ happening: Happening) async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connection = try rig.open()
      await runner.settle()
      rig.checkIn(connection)
      rig.happen(happening, to: connection)
      #expect(rig.pool.checkOut(peeking: false, now: runner.loop.now) === nil)
      #expect(rig.openCount == 0)
    }
  }

  @Test("those given back in this turn go last, so that none of the others is peeked at")
  func restedFirst() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connections = try (0..<4).map { _ in try rig.open() }
      await runner.settle()
      for connection in connections[..<2] {
        rig.checkIn(connection)
        await runner.loop.yieldTurn()
      }
      for connection in connections[2...] { rig.checkIn(connection) }
      let out = (0..<5).map { _ in rig.pool.checkOut(peeking: false, now: runner.loop.now) }
      #expect(out[..<2].elementsEqual([1, 0].map { connections[$0] }) { $0 === $1 })
      #expect(Set(out[2..<4].map { $0.map(ObjectIdentifier.init) }).count == 2)
      #expect(out[4] == nil && rig.pool.idleCount == 0)
    }
  }

  @Test("a connection that was checked out in the turn of its end is not closed by the pool")
  func discardAfterCheckOut() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connection = try rig.open()
      rig.checkIn(connection)
      #expect(rig.checkOut() === connection)
      rig.pool.discard(connection)
      #expect(connection.transport.isOpen && rig.openCount == 1)
    }
  }

  @Test("draining closes what is idle, and what comes back")
  func draining() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let (idle, busy) = (try rig.open(), try rig.open())
      rig.checkIn(idle)
      rig.pool.drain()
      #expect(rig.pool.isDraining && !idle.transport.isOpen && busy.transport.isOpen)
      rig.checkIn(busy)
      #expect(!busy.transport.isOpen && rig.pool.idleCount == 0 && rig.openCount == 0)
    }
  }

  @Test("the connection that was idle for longest is surrendered")
  func surrendering() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let connections = try (0..<3).map { _ in try rig.open() }
      for connection in connections { rig.checkIn(connection) }
      rig.pool.surrenderOne()
      #expect(connections.map(\.transport.isOpen) == [false, true, true])
      rig.pool.surrenderOne()
      rig.pool.surrenderOne()
      rig.pool.surrenderOne()
      #expect(rig.pool.idleCount == 0 && rig.openCount == 0)
    }
  }

  @Test("a connection is not kept while another worker's request waits for the right to open one")
  func waitingElsewhere() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      var told = 0
      rig.pool.onFreedElsewhere = { _ in told += 1 }
      let (first, second) = (try rig.open(), try rig.open())
      rig.pool.shared.beganWaiting()
      rig.checkIn(first)
      #expect(!first.transport.isOpen && rig.openCount == 1 && told == 1)
      rig.pool.shared.endedWaiting()
      rig.checkIn(second)
      #expect(second.transport.isOpen && told == 1)
    }
  }

  @Test("closing twice gives one place back")
  func closingTwice() async throws {
    try await onLoop { runner in
      let rig = PoolRig(on: runner.loop)
      let (first, second) = (try rig.open(), try rig.open())
      rig.pool.close(first)
      rig.pool.close(first)
      #expect(rig.openCount == 1 && second.transport.isOpen)
    }
  }
}
