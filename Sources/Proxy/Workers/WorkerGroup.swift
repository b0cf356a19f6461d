import Configuration
public import EventLoop
import Synchronization

/// All workers, as the control loop sees them.
public final class WorkerGroup: Sendable {
  public let workers: [Worker]
  let shared: Mutex<SharedState>
  let onEvent: @Sendable (ProxyEvent) -> Void
  private let checker: HealthChecker?

  /// - Parameters:
  ///   - count: Workers to make; each has a loop of its own, which is not running yet.
  ///   - maxConnections: Client connections over all workers, for configurations that do not say.
  ///   - loop: Where backends are checked; nil: they are not.
  ///   - onEvent: Called on a worker's thread, or on that of `loop`; must not block.
  /// - Returns: nil when no descriptor is left.
  public init?(
    count: Int, maxConnections: Int = .max, checkingOn loop: EventLoop? = nil,
    onEvent: @escaping @Sendable (ProxyEvent) -> Void
  ) {
    self.onEvent = onEvent
    checker = loop.map { HealthChecker(on: $0, onEvent: onEvent) }
    let workers = (0..<count).compactMap { Worker(index: $0, onEvent: onEvent) }
    guard workers.count == count else { return nil }
    self.workers = workers
    var state = SharedState()
    state.defaultMaxConnections = maxConnections
    state.counters = CounterRegistry(workers.map(\.counters))
    shared = Mutex(state)
  }

  /// Starts the workers' threads.
  ///
  /// - Returns: Whether all could be started.
  public func start() -> Bool {
    workers.allSatisfy { $0.loop.startThread(name: "worker-\($0.index)") }
  }

  /// Makes `configuration` the one that new requests meet, on every worker. Returns when all have
  /// acknowledged.
  public func adopt(_ configuration: ResolvedConfiguration) async {
    let shared = self.shared.withLock { state in
      state.update(for: configuration)
      return state
    }
    for worker in workers {
      await worker.meet(workers)
      // One set for each worker: a shared one would share buffers and their reference counts.
      let tables = RuntimeTables(configuration, shared: shared, worker: worker.index)
      _ = await worker.adopt(
        tables, logging: configuration.routing.logging,
        tracing: configuration.routing.tracing)
    }
    await checker?.adopt(configuration, backends: shared.backends)
  }

  /// Changes the keys that session tickets are sealed with.
  public func rotateTicketKeys() async {
    let keys = shared.withLock { state in
      state.rotateTicketKeys()
      return state.ticketKeys
    }
    for worker in workers { await worker.use(ticketKeys: keys) }
  }

  /// Begins to accept on `listeners`, on every worker.
  public func open(_ listeners: [OpenListener]) async {
    for worker in workers { await worker.open(listeners) }
  }

  /// Stops accepting on listeners and lets their connections end, at the latest at `deadline`.
  /// Returns when no connection of theirs begins another request.
  public func close(_ listeners: [OpenListener], by deadline: Instant) async {
    for worker in workers { await worker.close(listeners, by: deadline) }
  }

  /// Stops accepting everywhere, closes idle connections, lets exchanges end with
  /// `Connection: close` or after GOAWAY, and returns when all are gone or `deadline` has passed
  /// (then the rest is cut).
  ///
  /// - Returns: Connections that had to be cut.
  public func drain(by deadline: Instant) async -> Int {
    // All at once: a worker that waits must not keep the next one accepting.
    let drains = workers.map { worker in
      Task(executorPreference: worker.loop) { await worker.drain(by: deadline) }
    }
    var cut = 0
    for drain in drains { cut += await drain.value }
    return cut
  }

  /// Ends every connection now.
  public func cutAll() async {
    for worker in workers { _ = await worker.cutAll() }
  }

  /// What the workers have counted so far. Asks none of them, so that reading it costs no request
  /// anything.
  public func observe() -> Observation {
    let state = shared.withLock { $0 }
    guard let configuration = state.configuration else { return Observation() }
    return Observation(of: configuration, state, workers: workers, now: .read())
  }

  /// Sum of what the workers counted.
  public func statistics() async -> WorkerStatistics {
    var sum = WorkerStatistics()
    for worker in workers { sum.add(await worker.statistics()) }
    return sum
  }
}
