import Balancing
import Bytes
import EventLoop

/// One backend as one worker meets it.
final class BackendRuntime {
  /// Where it stands in its cluster.
  let index: Int
  /// Name of the subcluster that it belongs to.
  let subcluster: String
  /// That of its subcluster.
  let level: Int
  /// Whether its weights let it have requests at all.
  let hasShare: Bool
  let address: SocketAddress
  /// What stands for it in a `Host` field.
  let hostField: [UInt8]
  /// Its cluster, its subcluster, and itself.
  let logNames: LogNames
  /// Replaced by the worker's earlier pool for the same backend when the tables are adopted.
  @Cell var pool: ConnectionPool
  // The same as of its pool, of whatever tables that is. Who comes by the pool's cell retains and
  // releases it, and each costs as much as a cache line that is not here.
  let shared: SharedBackend
  let counters: BackendCounters
  /// How long it takes to answer.
  let times: AnswerTimes
  private let inFlight: SharedCounter
  /// How many of this worker's requests to it fail.
  private let window = Slot(FailureWindow())
  /// Requests in flight of the whole subcluster, if anybody wants to know.
  private let subclusterLoad: SharedCounter?

  init(
    index: Int, subcluster: String, level: Int = 0, hasShare: Bool = true, address: SocketAddress,
    pool: ConnectionPool, subclusterLoad: SharedCounter? = nil
  ) {
    self.index = index
    self.subclusterLoad = subclusterLoad
    self.subcluster = subcluster
    (self.level, self.hasShare) = (level, hasShare)
    self.address = address
    self.pool = pool
    shared = pool.shared
    counters = pool.counters
    times = counters.times
    inFlight = shared.inFlight
    logNames = LogNames(shared.identity.cluster, subcluster, shared.label)
    // A unix socket has no authority of its own; what HTTP clients of such sockets say is
    // localhost.
    hostField = Array((address.isUnix ? "localhost" : pool.shared.label).utf8)
  }

  // MARK: Failures

  // Not inlined: whoever has more to do with the backend would retain what all workers share, and
  // its reference count would go to and fro between their cores with every request.

  /// Takes the one try that a backend is allowed after a rest; true without one if it does not
  /// rest.
  @inline(never)
  func beginTry(at now: UInt64) -> Bool { shared.beginTry(at: now) }

  /// Whether it does not rest, nor is on trial after it.
  var isUsable: Bool {
    @inline(never) get { shared.rest.isUsable }
  }

  /// Counts a try that has been answered, and not with a failure.
  @inline(never)
  func succeeded() {
    window.value.succeeded()
    shared.answered()
  }

  /// Counts one that has.
  ///
  /// - Returns: Whether too many of this worker's have.
  func failed(at now: UInt64, policy: EjectionPolicy) -> Bool {
    window.value.failed(at: now, policy: policy)
  }

  // MARK: Limits

  /// A request goes to it, unless it has enough to do.
  func tryToBegin(_ limits: ClusterLimits) -> Bool {
    if let adaptive = pool.adaptive, pool.requests >= adaptive.limit { return false }
    guard inFlight.addOne(upTo: limits.backendRequests) else { return false }
    pool.requests &+= 1
    subclusterLoad?.add(1)
    return true
  }

  /// Takes in how long an answer took, or that it failed.
  func adapt(to time: Interval, failed: Bool, at now: Instant) {
    pool.adaptive?.answered(
      in: Double(time.microseconds), inFlight: pool.requests, failed: failed,
      at: Double(now.microseconds))
  }

  /// A request has ended that was begun within limits.
  func endWithinLimits() {
    pool.requests &-= 1
    ended()
  }

  // MARK: Counting

  /// A request goes to it.
  func began() {
    inFlight.add(1)
    subclusterLoad?.add(1)
  }

  /// A request has ended that ``began()`` was called for.
  func ended() {
    inFlight.add(-1)
    subclusterLoad?.add(-1)
  }

  /// Address and port, or path: what logs say.
  var label: String { shared.label }
}
