import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Wait points: ready, deadline or abort, once")
struct WaitPointTests {
  enum Event: Sendable, CaseIterable { case signal, abort, expire, unwatch }

  /// What one who waits is told after the events, which all come before it runs; nil: nothing.
  struct Case: Sendable, CustomTestStringConvertible {
    let events: [Event]
    let task: WaitOutcome?
    let handler: WaitOutcome?
    var testDescription: String { "\(events)" }
  }

  static let cases = [
    Case(events: [], task: nil, handler: nil),
    Case(events: [.signal], task: .ready, handler: .ready),
    Case(events: [.abort], task: .aborted, handler: .aborted),
    Case(events: [.expire], task: .deadline, handler: .deadline),
    Case(events: [.signal, .signal], task: .ready, handler: .ready),
    Case(events: [.signal, .abort], task: .ready, handler: .ready),
    Case(events: [.signal, .expire], task: .ready, handler: .ready),
    Case(events: [.abort, .signal], task: .aborted, handler: .aborted),
    Case(events: [.abort, .abort], task: .aborted, handler: .aborted),
    Case(events: [.abort, .expire], task: .aborted, handler: .aborted),
    Case(events: [.expire, .signal], task: .deadline, handler: .deadline),
    Case(events: [.expire, .abort], task: .deadline, handler: .deadline),
    Case(events: [.expire, .expire], task: .deadline, handler: .deadline),
    // A task is no watcher.
    Case(events: [.unwatch], task: nil, handler: nil),
    Case(events: [.unwatch, .signal], task: .ready, handler: nil),
    Case(events: [.unwatch, .expire], task: .deadline, handler: nil),
    Case(events: [.signal, .unwatch], task: .ready, handler: .ready),
  ]

  private static func apply(_ events: [Event], to point: WaitPoint) {
    for event in events {
      switch event {
      case .signal: point.signal()
      case .abort: point.abort()
      case .expire: point.expire()
      case .unwatch: point.unwatch()
      }
    }
  }

  @Test("the first event resumes the task, and no other does", arguments: cases)
  func tasks(_ c: Case) async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      var outcomes: [WaitOutcome] = []
      let task = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        outcomes.append(await point.wait(until: .never))
      }
      await runner.settle()
      #expect(point.isWaiting)
      Self.apply(c.events, to: point)
      #expect(point.isWaiting == (c.task == nil))
      await runner.loop.yieldTurn()
      #expect(outcomes == (c.task.map { [$0] } ?? []))
      point.abort()
      await task.value
      #expect(outcomes.count == 1 && !point.isWaiting)
    }
  }

  @Test("the first event calls the handler, and no other does", arguments: cases)
  func handlers(_ c: Case) async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      let recorder = Recorder()
      point.watch(until: .never, recorder)
      #expect(point.isWaiting)
      Self.apply(c.events, to: point)
      #expect(point.isWaiting == (c.handler == nil && !c.events.contains(.unwatch)))
      #expect(recorder.outcomes.isEmpty, "the handler is called after the turn's events")
      await runner.loop.yieldTurn()
      #expect(recorder.outcomes == (c.handler.map { [$0] } ?? []))
      point.unwatch()
    }
  }

  @Test("what comes while nobody waits is not kept", arguments: Event.allCases)
  func withoutWaiter(_ event: Event) async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      Self.apply([event], to: point)
      #expect(!point.isWaiting)
      let deadline = runner.loop.now + .milliseconds(1)
      #expect(await point.wait(until: deadline) == .deadline)
      #expect(Instant.read() >= deadline)
    }
  }

  @Test("a point can be waited at again and again")
  func again() async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      let recorder = Recorder()
      for outcome in [WaitOutcome.ready, .aborted, .ready] {
        let task = Task.immediate(executorPreference: runner.loop) {
          _ = runner
          return await point.wait(until: runner.loop.now + .seconds(60))
        }
        await runner.settle()
        outcome == .ready ? point.signal() : point.abort()
        #expect(await task.value == outcome)
        point.watch(until: runner.loop.now + .seconds(60), recorder)
        outcome == .ready ? point.signal() : point.abort()
        await runner.loop.yieldTurn()
      }
      #expect(recorder.outcomes == [.ready, .aborted, .ready])
    }
  }

  @Test("the deadline of a wait that has ended does not end the next one")
  func staleDeadline() async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      let other = WaitPoint(on: runner.loop)
      let first = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await point.wait(until: runner.loop.now + .milliseconds(500))
      }
      await runner.settle()
      point.signal()
      #expect(await first.value == .ready)
      let second = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await point.wait(until: .never)
      }
      await runner.settle()
      #expect(await other.wait(until: runner.loop.now + .milliseconds(600)) == .deadline)
      #expect(point.isWaiting)
      point.signal()
      #expect(await second.value == .ready)
    }
  }

  @Test("a handler is called at its deadline")
  func handlerDeadline() async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      let recorder = Recorder()
      point.watch(until: runner.loop.now + .milliseconds(1), recorder)
      #expect(await runner.turn { !recorder.outcomes.isEmpty })
      #expect(recorder.outcomes == [.deadline])
    }
  }

  @Test("a handler may watch again, at the same point, from its call")
  func watchingAgain() async throws {
    try await onLoop { runner in
      let point = WaitPoint(on: runner.loop)
      let recorder = Recorder()
      recorder.watchesAgain = point
      point.watch(until: .never, recorder)
      point.signal()
      await runner.loop.yieldTurn()
      #expect(point.isWaiting)
      point.abort()
      await runner.loop.yieldTurn()
      #expect(recorder.outcomes == [.ready, .aborted])
    }
  }

  @Test("a watched point that goes away calls nobody")
  func goingAway() async throws {
    try await onLoop { runner in
      let recorder = Recorder()
      var point: WaitPoint? = WaitPoint(on: runner.loop)
      point?.watch(until: runner.loop.now + .milliseconds(1), recorder)
      point = nil
      let other = WaitPoint(on: runner.loop)
      #expect(await other.wait(until: runner.loop.now + .milliseconds(20)) == .deadline)
      #expect(recorder.outcomes.isEmpty)
    }
  }
}

private final class Recorder: WaitHandler {
  var outcomes: [WaitOutcome] = []
  var watchesAgain: WaitPoint?

  func waitEnded(_ outcome: WaitOutcome) {
    outcomes.append(outcome)
    watchesAgain?.watch(until: .never, self)
    watchesAgain = nil
  }
}
