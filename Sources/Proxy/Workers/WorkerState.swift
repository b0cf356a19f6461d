import Balancing
import Bytes
import EventLoop
import HTTPSemantics

/// What everything on one worker shares: tables, pools, buffers, counters. It never leaves the
/// worker's loop.
final class WorkerState {
  let index: Int
  let loop: EventLoop
  let buffers = BufferPool()
  let spareOutputs = SpareOutputs()
  let onEvent: @Sendable (ProxyEvent) -> Void

  @Cell private(set) var tables = RuntimeTables()
  /// Counts the tables that there have been, so that others can tell whether these are new.
  @Cell private(set) var tablesCount = 0
  var pools: [BackendIdentity: ConnectionPool] = [:]
  let connections: ConnectionRegistry
  /// Messages are written here before they go out; nothing stays in it over a suspension.
  var output: OutputBuffer {
    _read { yield outputSlot.value }
    _modify { yield &outputSlot.value }
  }
  private let outputSlot = Slot(OutputBuffer(capacity: 16 * 1024))
  /// What goes out behind a piece of content that is not copied. Empty at all other times.
  var tail: OutputBuffer {
    _read { yield tailSlot.value }
    _modify { yield &tailSlot.value }
  }
  private let tailSlot = Slot(OutputBuffer(capacity: 256))
  /// Where values are put together. Nothing stays in it over a suspension.
  var scratch: OutputBuffer {
    _read { yield scratchSlot.value }
    _modify { yield &scratchSlot.value }
  }
  private let scratchSlot = Slot(OutputBuffer(capacity: 1024))
  var requestIDs: RequestIDSource {
    _read { yield requestIDsSlot.value }
    _modify { yield &requestIDsSlot.value }
  }
  private let requestIDsSlot: Slot<RequestIDSource>
  var date: DateField {
    _read { yield dateSlot.value }
    _modify { yield &dateSlot.value }
  }
  private let dateSlot: Slot<DateField>
  var statistics: WorkerStatistics {
    _read { yield statisticsSlot.value }
    _modify { yield &statisticsSlot.value }
  }
  private let statisticsSlot = Slot(WorkerStatistics())
  let counters: WorkerCounters
  /// What the access log tells, and whether it is wanted.
  let accessLog: AccessLogRing
  @Cell var isLogging = false
  /// Where spans go, and one request of how many has one; nil when none are collected, 0 for none.
  let spans: AccessLogRing
  @Cell var traceSample: UInt64? = nil
  /// Requests that could have begun a recorded trace so far.
  @Cell var traces: UInt64 = 0
  /// Exchanges that could have had a line so far, for taking one of so many.
  @Cell var exchanges: UInt64 = 0
  @Cell var isDraining = false
  /// When accepting last paused; nil when that is not, or no longer, of interest.
  @Cell var lastPause: Instant? = nil
  /// Connections that hold a task while they wait for their next request.
  @Cell var idleTasks = 0
  /// How many may, for the second before they park; beyond, they park at once. A kept task spares
  /// the next request the start of one. But five thousand that were kept in the same second left
  /// holes of 7 KB each in the heap, where connections that park at once leave less than 1 KB.
  static let idleTasksKept = 256
  /// Connections that wait without a task.
  var parkedConnections = 0 {
    didSet { counters.parked.set(parkedConnections) }
  }
  /// Open client connections of this worker, for the others to see.
  let load: ConnectionCount
  /// Connections that waited without a task and need one now.
  private var awake: [DownstreamConnection] = []
  /// Work that needs a task of its own.
  private var jobs: [() async -> Void] = []
  /// Where the worker waits for either.
  let startWaits: WaitPoint
  /// Where someone waits for a client's connection to close.
  let closeWaits: WaitPoint
  private var refusalNotice = NoticeLimit()
  private var handshakeNotice = NoticeLimit()

  /// Asks the other workers to close an idle connection to a backend, so that we may open one.
  var requestSurrender: (BackendIdentity) -> Void = { _ in }
  /// Tells the other workers that a cluster may be given one more request.
  var tellRoom: (String) -> Void = { _ in }
  /// Tells the other workers that a connection to a backend has closed.
  var tellFreed: (BackendIdentity) -> Void = { _ in }
  /// The same where the cluster as a whole has a limit.
  var tellFreedInCluster: (String) -> Void = { _ in }

  init(
    index: Int, loop: EventLoop, load: ConnectionCount, accessLog: AccessLogRing,
    spans: AccessLogRing = AccessLogRing(capacity: 1024),
    counters: WorkerCounters = WorkerCounters(),
    onEvent: @escaping @Sendable (ProxyEvent) -> Void
  ) {
    self.index = index
    self.loop = loop
    self.onEvent = onEvent
    self.accessLog = accessLog
    self.load = load
    self.counters = counters
    self.spans = spans
    var random = SystemRandomNumberGenerator()
    requestIDsSlot = Slot(
      RequestIDSource(seed: (random.next(), random.next(), random.next(), random.next())))
    startWaits = WaitPoint(on: loop)
    closeWaits = WaitPoint(on: loop)
    dateSlot = Slot(DateField(now: loop.now))
    connections = ConnectionRegistry()
  }

  // MARK: Tasks

  /// Has the worker run `job` as a task of its own, in this turn.
  ///
  /// Only a function that the compiler knows to be isolated to the worker can start a task with
  /// what belongs to it, and each such function costs a switch of executors on every call and
  /// return. So there is one, and nothing on the way of a request has to be isolated by itself.
  func start(_ job: @escaping () async -> Void) {
    jobs.append(job)
    startWaits.signal()
  }

  var hasStarts: Bool { !jobs.isEmpty || !awake.isEmpty }

  func takeJobs() -> [() async -> Void] {
    var taken: [() async -> Void] = []
    swap(&taken, &jobs)
    return taken
  }

  // MARK: Streams

  /// Those whose task waits for another request.
  private let idleRequestStreams = Slot([HTTP2RequestStream]())
  private static let idleRequestStreamsKept = 256

  /// What serves a request of an HTTP/2 client; used before, if there is one.
  func takeRequestStream(
    for listener: @autoclosure () -> ListenerRuntime
  ) -> HTTP2RequestStream {
    idleRequestStreams.value.popLast() ?? HTTP2RequestStream(self, listener: listener())
  }

  /// - Returns: Whether it is to wait for another request.
  func giveRequestStream(_ stream: HTTP2RequestStream) -> Bool {
    guard idleRequestStreams.value.count < Self.idleRequestStreamsKept else { return false }
    idleRequestStreams.value.append(stream)
    return true
  }

  func forgetRequestStream(_ stream: HTTP2RequestStream) {
    idleRequestStreams.value.removeAll { $0 === stream }
  }

  private let idleBackendStreams = Slot([BackendStream]())
  private static let idleBackendStreamsKept = 256

  func takeBackendStream() -> BackendStream {
    idleBackendStreams.value.popLast() ?? BackendStream(self)
  }

  func giveBackendStream(_ stream: BackendStream) {
    if idleBackendStreams.value.count < Self.idleBackendStreamsKept {
      idleBackendStreams.value.append(stream)
    }
  }

  // MARK: Client connections

  /// A connection that waited without a task has something to read.
  func wakeUp(_ connection: DownstreamConnection) {
    awake.append(connection)
    startWaits.signal()
  }

  /// The connections that need a task, which the caller gives them.
  func takeAwake() -> [DownstreamConnection] {
    var taken: [DownstreamConnection] = []
    swap(&taken, &awake)
    return taken
  }

  /// Closes up to `count` connections between two requests, those first that have been idle
  /// longest.
  ///
  /// - Parameter listener: Whose they are; nil: whosever.
  func evictIdle(_ count: Int, of listener: String? = nil) {
    let idle = connections.oldest(count) {
      $0.isIdle && (listener == nil || $0.listener.name == listener)
    }
    for connection in idle { connection.endWhenIdle() }
  }

  func connectionClosed(_ connection: DownstreamConnection) {
    load.subtract()
    connection.listener.load.subtract()
    closeWaits.signal()
  }

  // MARK: Configuration

  /// Makes `tables` what new requests meet. Pools and balance of backends that stay go on; the
  /// pools of those that left drain.
  func adopt(_ fresh: RuntimeTables) -> RuntimeTables {
    var old: [String: ClusterRuntime] = [:]
    for cluster in tables.clusters { old[cluster.name] = cluster }
    var kept: [BackendIdentity: ConnectionPool] = [:]
    for cluster in fresh.clusters {
      if let before = old[cluster.name] { cluster.adoptBalance(of: before) }
      cluster.limits?.onFreedElsewhere = { [unowned self, name = cluster.name] in tellRoom(name) }
      cluster.onReturn = { [onEvent, name = cluster.name] backend in
        onEvent(.backendReturned(cluster: name, backend: backend))
      }
      cluster.onPanic = { [onEvent, name = cluster.name] isPanicking in
        onEvent(
          isPanicking ? .clusterPanics(cluster: name) : .clusterRecovered(cluster: name))
      }
      for backend in cluster.backends {
        let identity = backend.pool.shared.identity
        // The configuration may name one backend twice; it has one pool all the same.
        if let pool = kept[identity] ?? pools[identity] {
          pool.settings = backend.pool.settings
          if pool.adaptive?.policy != cluster.limits?.adaptive {
            pool.adaptive = backend.pool.adaptive
          }
          backend.pool = pool
        } else {
          backend.pool.onFreedElsewhere = { [unowned self] in tellFreed($0.identity) }
          backend.pool.onFreedInCluster = { [unowned self] in
            connectionWasFreed(in: $0.identity.cluster)
            tellFreedInCluster($0.identity.cluster)
          }
          backend.pool.makeRoomInCluster = { [unowned self] in
            makeRoom(in: $0.identity.cluster)
          }
        }
        kept[identity] = backend.pool
      }
    }
    for (identity, pool) in pools where kept[identity] == nil { pool.drain() }
    pools = kept
    let before = tables
    tables = fresh
    tablesCount = tablesCount &+ 1
    return before
  }

  /// A connection to some backend of the cluster may be opened now: those that wait try.
  func connectionWasFreed(in cluster: String) {
    for (identity, pool) in pools where identity.cluster == cluster { pool.connectionWasFreed() }
  }

  /// Closes an idle connection to a backend of the cluster.
  ///
  /// - Returns: Whether there was one.
  func makeRoom(in cluster: String) -> Bool {
    pools.contains { $0.key.cluster == cluster && $0.value.surrenderOne() }
  }

  /// Counts input that was refused, and tells of it, at most once a second.
  func refused(_ reason: Reason, listener: String, client: @autoclosure () -> String) {
    counters.refusals.count(reason)
    if let suppressed = refusalNotice.take(at: loop.now) {
      onEvent(
        .refused(
          listener: listener, client: client(), reason: reason, suppressed: suppressed))
    }
  }

  /// Counts a handshake with a client that failed, and tells of it, at most once a second.
  func handshakeFailed(
    _ reason: StaticString, _ detail: String, listener: String, client: @autoclosure () -> String
  ) {
    statistics.clientTLS.countFailure(reason)
    if let suppressed = handshakeNotice.take(at: loop.now) {
      onEvent(
        .handshakeFailed(
          listener: listener, client: client(), reason: reason.description, detail: detail,
          suppressed: suppressed))
    }
  }
}
