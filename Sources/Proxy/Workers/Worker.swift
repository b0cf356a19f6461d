import Addressing
import Configuration
public import EventLoop
import TLS

/// One core's share of the proxy: an actor whose executor is its own event loop.
///
/// Everything it touches lives on that loop, so nothing needs a lock.
public actor Worker {
  public nonisolated let index: Int
  public nonisolated let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// What this worker tells of its exchanges, for the thread that makes lines of it.
  public nonisolated let accessLog = AccessLogRing()

  /// The same of those that are traced, for whoever tells a collector.
  public nonisolated let spans = AccessLogRing()
  nonisolated let load = ConnectionCount()
  nonisolated let counters = WorkerCounters()
  let state: WorkerState
  var acceptors: [Acceptor] = []
  private(set) var peers: [Worker] = []
  private var isSpawning = false

  /// - Returns: nil when no descriptor is left.
  init?(index: Int, onEvent: @escaping @Sendable (ProxyEvent) -> Void) {
    guard let loop = EventLoop() else { return nil }
    self.loop = loop
    self.index = index
    state = WorkerState(
      index: index, loop: loop, load: load, accessLog: accessLog, spans: spans, counters: counters,
      onEvent: onEvent)
  }

  /// Returns when the worker has come to it: a sign that its loop turns.
  public func ping() {}

  // MARK: Configuration

  /// The tables that were replaced, on their way to the control loop, which lets go of them:
  /// freeing a large set would hold up the worker.
  ///
  /// `@unchecked Sendable`: the receiver does nothing with them but release its reference, which is
  /// atomic; requests in flight on this worker may still use them.
  struct Retired: @unchecked Sendable {
    let tables: RuntimeTables
  }

  func adopt(
    _ tables: sending RuntimeTables, logging: LoggingConfig, tracing: TracingConfig
  ) -> Retired {
    state.traceSample = tracing.collector.map { _ in UInt64(clamping: tracing.sample) }
    state.isLogging = logging.accessOutput != .off
    return Retired(tables: state.adopt(tables))
  }

  /// Seals session tickets with the first of `keys`, and opens them with all.
  func use(ticketKeys keys: [TLSTicketKey]) {
    for listener in state.tables.listeners.values { listener.encryption?.use(ticketKeys: keys) }
  }

  /// Tells the worker who the others are, and starts what runs as long as it does.
  func meet(_ workers: [Worker]) {
    peers = workers
    let others = workers.filter { $0 !== self }
    state.requestSurrender = { identity in
      for other in others {
        Task(executorPreference: other.loop) { await other.surrender(identity) }
      }
    }
    state.tellFreed = { identity in
      for other in others {
        Task(executorPreference: other.loop) { await other.wakeWaiting(for: identity) }
      }
    }
    state.tellFreedInCluster = { cluster in
      for other in others {
        Task(executorPreference: other.loop) { await other.wakeWaiting(forConnectionsTo: cluster) }
      }
    }
    state.tellRoom = { cluster in
      for other in others {
        Task(executorPreference: other.loop) { await other.wakeWaiting(forRoomIn: cluster) }
      }
    }
    guard !isSpawning else { return }
    isSpawning = true
    Task.immediate {
      _ = self
      await self.spawn()
    }
  }

  private func surrender(_ identity: BackendIdentity) {
    guard let pool = state.pools[identity], !pool.surrenderOne(),
      pool.settings.maxOfCluster < .max
    else { return }
    _ = state.makeRoom(in: identity.cluster)
  }

  private func wakeWaiting(forConnectionsTo cluster: String) {
    state.connectionWasFreed(in: cluster)
  }

  private func wakeWaiting(for identity: BackendIdentity) {
    state.pools[identity]?.connectionWasFreed()
  }

  private func wakeWaiting(forRoomIn cluster: String) {
    state.tables.clusters.first { $0.name == cluster }?.limits?.wakeFirst()
  }

  // MARK: Connections

  /// Gives tasks to connections that waited without one, and to whatever else needs one, for ever.
  private func spawn() async {
    while true {
      while state.hasStarts {
        for connection in state.takeAwake() { start(connection) }
        for job in state.takeJobs() { start(job) }
      }
      _ = await state.startWaits.wait(until: .never)
    }
  }

  private func start(_ connection: DownstreamConnection) {
    Task.immediate {
      _ = self
      await connection.serve()
    }
  }

  /// The one form of starting a task that keeps what it uses on this loop. It begins at once.
  private func start(_ job: @escaping () async -> Void) {
    Task.immediate {
      _ = self
      await job()
    }
  }

  /// Takes a connection that was accepted, here or by another worker.
  func take(_ descriptor: Int32, from peer: SocketAddress, on listener: String) {
    guard let runtime = state.tables.listeners[listener], !state.isDraining else {
      load.subtract()
      state.tables.listeners[listener]?.load.subtract()
      Transport(descriptor: descriptor, on: loop).close()
      return
    }
    state.statistics.acceptedConnections += 1
    runtime.counters.accepted.add()
    let transport = Transport(descriptor: descriptor, on: loop)
    DownstreamConnection(transport, peer: peer.ip?.address, listener: runtime, state: state).park()
  }

  // MARK: Ending

  /// Stops accepting on `listeners`, and ends the connections of those that are no more: at once if
  /// they are idle, else after their exchange, or at `deadline`.
  func close(_ listeners: [OpenListener], by deadline: Instant) {
    closeAcceptors { acceptor in listeners.contains { $0.socket === acceptor.socket } }
    let orphans = state.connections.oldest(.max) {
      !$0.isOrphaned && state.tables.listeners[$0.listener.name] == nil
    }
    for connection in orphans {
      connection.isOrphaned = true
      connection.endWhenIdle()
    }
    // Those of a later reload have a deadline of their own.
    let busy = orphans.filter { $0.phase != .closed }
    guard !busy.isEmpty else { return }
    Task.immediate {
      _ = self
      await self.cut(busy, at: deadline)
    }
  }

  private func cut(_ connections: [DownstreamConnection], at deadline: Instant) async {
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: deadline)
    for connection in connections where connection.phase != .closed { connection.cut() }
  }

  /// Ends all connections, those that work when they have done so, or at `deadline`.
  ///
  /// - Returns: Connections that were cut.
  func drain(by deadline: Instant) async -> Int {
    state.isDraining = true
    closeAcceptors { _ in true }
    for connection in state.connections.oldest(.max, where: { _ in true }) {
      connection.endWhenIdle()
    }
    await connectionsClose(by: deadline)
    let cut = cutAll()
    // What they were cut from still has its line to write into the access log.
    await connectionsClose(by: loop.now + Self.timeToEnd)
    return cut
  }

  /// How long exchanges that were cut may take to notice.
  private static let timeToEnd = Interval.seconds(1)

  private func connectionsClose(by deadline: Instant) async {
    while state.connections.count > 0 {
      if await state.closeWaits.wait(until: deadline) == .deadline { break }
    }
  }

  func cutAll() -> Int {
    state.isDraining = true
    closeAcceptors { _ in true }
    let rest = state.connections.oldest(.max) { _ in true }
    for connection in rest { connection.cut() }
    return rest.count
  }

  func statistics() -> WorkerStatistics {
    var statistics = state.statistics
    counters.refusals.add(to: &statistics.refusals)
    statistics.openConnections = state.connections.count
    statistics.parkedConnections = Int(clamping: counters.parked.value)
    return statistics
  }
}
