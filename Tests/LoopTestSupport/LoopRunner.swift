public import EventLoop

/// An actor on an event loop of its own, for tests of what lives on one.
public actor LoopRunner {
  public nonisolated let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  public struct NoThread: Error {}

  init() throws {
    loop = .forTest()
    guard loop.startThread(name: "test-loop") else { throw NoThread() }
  }

  /// Lets the tasks that were started come to where they wait.
  ///
  /// A task that prefers an executor is queued, also if it is started with `Task.immediate`.
  public func settle() async { await loop.yieldTurn() }

  /// Turns the loop until `condition` holds, at most for five seconds.
  ///
  /// - Returns: Whether it does.
  public func turn(until condition: () -> Bool) async -> Bool {
    let end = Instant.read() + .seconds(5)
    while !condition() {
      if Instant.read() > end { return false }
      await loop.yieldTurn()
    }
    return true
  }
}

extension EventLoop {
  /// A loop where there are descriptors enough.
  public static func forTest() -> EventLoop {
    guard let loop = EventLoop() else { fatalError("no descriptor is left") }
    return loop
  }
}

/// Runs `body` on a loop that lives as long as it does.
public func onLoop<Result: Sendable>(
  _ body: @escaping @Sendable (isolated LoopRunner) async throws -> Result
) async throws -> Result {
  let runner = try LoopRunner()
  defer { runner.loop.stop() }
  // The test waits for tasks too, which without the preference would come back over the global
  // pool.
  return try await Task(executorPreference: runner.loop) { try await body(runner) }.value
}
