import Balancing
import Bytes
import EventLoop

/// One worker's connections to one backend that can be used: idle ones, last in, first out, so that
/// hot ones stay hot; and those of HTTP/2, which many requests share.
final class ConnectionPool {
  let shared: SharedBackend
  @Cell var settings: PoolSettings
  /// Whether the backend has left the configuration: nothing is kept any more.
  @Cell private(set) var isDraining = false

  let counters: BackendCounters
  private var idle: [BackendConnection] {
    _read { yield idleSlot.value }
    _modify {
      defer {
        counters.idle.set(idleSlot.value.count)
        rested = min(rested, idleSlot.value.count)
      }
      yield &idleSlot.value
    }
  }
  /// How many of them, from the front, were given back before the turn `turnOfOthers`; the others
  /// in it.
  @Cell private var rested = 0
  @Cell private var turnOfOthers: UInt32 = 0
  private let idleSlot = Slot([BackendConnection]())
  /// Requests that wait for a connection, first come, first served.
  private var waiting: [WaitPoint] {
    _read { yield waitingSlot.value }
    _modify { yield &waitingSlot.value }
  }
  private let waitingSlot = Slot([WaitPoint]())
  /// Connections that many requests share, of those that take further ones.
  var multiplexed: [HTTP2BackendConnection] {
    _read { yield multiplexedSlot.value }
    _modify { yield &multiplexedSlot.value }
  }
  private let multiplexedSlot = Slot([HTTP2BackendConnection]())
  /// Requests that wait for one of them to have room, or to be opened.
  var waitingForStreams: [WaitPoint] {
    _read { yield waitingForStreamsSlot.value }
    _modify { yield &waitingForStreamsSlot.value }
  }
  private let waitingForStreamsSlot = Slot([WaitPoint]())
  /// How many of them are being opened, or wait for the backend's settings.
  @Cell var openings = 0
  /// Streams that a connection had room for when it was last opened.
  @Cell var streamsPerConnection = 100

  /// Requests of this worker that the backend works on, where limits count them.
  @Cell var requests = 0
  /// How many these may be, by how quickly it answers; nil: that is no matter.
  var adaptive: AdaptiveLimit?

  init(
    _ shared: SharedBackend, settings: PoolSettings, counters: BackendCounters = BackendCounters()
  ) {
    self.shared = shared
    self.counters = counters
    self.settings = settings
  }

  var label: String { shared.label }

  // Not inlined: who comes by the pool's cell would retain what all workers share, and its
  // reference count would go to and fro between their cores with every request. The pool is the
  // worker's own.

  /// When the backend closes connections that are idle, as far as that is known.
  var idleAge: IdleAge {
    @inline(never) get { shared.idleAge }
  }

  // MARK: Idle connections

  /// An idle connection that can be used, or nil.
  ///
  /// - Parameter peeking: Whether the request may not be repeated if the connection turns out to be
  ///   dead. Then the kernel is asked for what the last turn of the loop has not told, and a
  ///   connection is not used that the backend may be about to close.
  func checkOut(peeking: Bool, now: Instant) -> BackendConnection? {
    while let connection = peeking ? takeFresh(now: now) : takeRested() {
      connection.leavePool()
      if connection.isUsable(peeking: peeking, now: now) { return connection }
      connection.learnIdleAge(byBackend: true, now: now)
      close(connection)
    }
    return nil
  }

  /// The connection that was given back last, unless the backend may be about to close it. All
  /// others have been idle for longer.
  private func takeFresh(now: Instant) -> BackendConnection? {
    guard let last = idle.last, last.isFresh(now: now) else { return nil }
    return idle.popLast()
  }

  /// The connection that was given back last before this turn, or in it if there is no other: of
  /// what has come since, the loop has not told, and to ask the kernel is a system call.
  private func takeRested() -> BackendConnection? {
    guard let last = idle.last, last.idleSinceTurn == last.transport.loop.turn, rested > 0 else {
      return idle.popLast()
    }
    rested = rested - 1
    let connection = idle[rested]
    // Its place is the first of the others now.
    idle[rested] = last
    idle.removeLast()
    return connection
  }

  /// Takes back a connection whose exchange has ended exactly at its framing.
  ///
  /// - Precondition: No octet of it is unread.
  func checkIn(_ connection: BackendConnection, now: Instant) {
    let isWanted =
      !isDraining && settings.maxIdle > 0 && now - connection.openedAt < settings.maxAge
    // A request on another worker may need the right to open a connection more than we need this
    // one.
    guard isWanted, !(waiting.isEmpty && isPlaceWanted) else { return close(connection) }
    if idle.count >= settings.maxIdle, let oldest = idle.first {
      idle.removeFirst()
      oldest.leavePool()
      close(oldest)
    }
    let turn = connection.transport.loop.turn
    if turnOfOthers != turn { (turnOfOthers, rested) = (turn, idle.count) }
    idle.append(connection)
    connection.enterPool(until: now + connection.idleLimit(settings.idleTimeout), now: now)
    wakeFirst()
  }

  /// Closes a connection, whoever has it, and gives its place to one that waits.
  func close(_ connection: BackendConnection) {
    guard connection.transport.isOpen else { return }
    connection.close()
    releaseReservation()
  }

  /// An idle connection has ended, or was idle for too long.
  func discard(_ connection: BackendConnection) {
    // A task may have checked it out since; then it is not ours any more.
    guard let index = idle.firstIndex(where: { $0 === connection }) else { return }
    idle.remove(at: index)
    close(connection)
  }

  /// Closes the connection that was idle for longest, so that another worker may open one.
  ///
  /// - Returns: Whether there was one.
  @discardableResult
  func surrenderOne() -> Bool {
    guard let oldest = idle.first else { return surrenderShared() }
    idle.removeFirst()
    oldest.leavePool()
    close(oldest)
    return true
  }

  /// Closes every idle connection; those in use are closed when they come back.
  func drain() {
    isDraining = true
    let leaving = idle
    idle.removeAll()
    for connection in leaving {
      connection.leavePool()
      close(connection)
    }
    for connection in multiplexed { connection.leave() }
  }

  /// Whether nobody has checked it out.
  func isIdle(_ connection: BackendConnection) -> Bool { idle.contains { $0 === connection } }

  var idleCount: Int { idle.count }

  // MARK: The right to open one

  func reserve() -> Bool {
    if take() { return true }
    // At the cluster's limit an idle connection to another backend gives way.
    guard settings.maxOfCluster < .max, shared.hasRoom(limit: settings.maxConnections),
      makeRoomInCluster?(shared) == true
    else { return false }
    return take()
  }

  private func take() -> Bool {
    shared.reserveConnection(limit: settings.maxConnections, ofCluster: settings.maxOfCluster)
  }

  /// Whether somebody elsewhere waits for a connection that takes the place of one of ours.
  var isPlaceWanted: Bool {
    shared.hasWaiting || settings.maxOfCluster < .max && shared.cluster.hasWaitingForConnection
  }

  /// The same for a fresh connection: an idle one, which will not do, gives way.
  func reserveFresh() -> Bool {
    if reserve() { return true }
    guard let oldest = idle.first else { return false }
    idle.removeFirst()
    oldest.leavePool()
    close(oldest)
    return reserve()
  }

  func releaseReservation() {
    shared.releaseConnection()
    if settings.maxOfCluster < .max, shared.cluster.hasWaitingForConnection {
      onFreedInCluster?(shared)
      return
    }
    guard shared.hasWaiting else { return }
    if waiting.isEmpty, waitingForStreams.isEmpty {
      onFreedElsewhere?(shared)
    } else {
      connectionWasFreed()
    }
  }

  /// A connection may be opened now: those that have waited longest try.
  func connectionWasFreed() {
    wakeFirst()
    roomMayHaveChanged()
  }

  /// Tells the other workers that a connection may be opened now. Set by the worker.
  var onFreedElsewhere: ((SharedBackend) -> Void)?

  /// The same where the cluster has a limit: of whichever backend. Set by the worker.
  var onFreedInCluster: ((SharedBackend) -> Void)?
  /// Closes an idle connection to another backend of the cluster. Set by the worker.
  ///
  /// - Returns: Whether there was one.
  var makeRoomInCluster: ((SharedBackend) -> Bool)?

  /// Whether one more request may wait here.
  var canWait: Bool { waiting.count < settings.maxWaiting }

  /// Waits until a connection may be idle or be opened, or `deadline`.
  func wait(at point: WaitPoint, until deadline: Instant) async -> WaitOutcome {
    shared.beganWaiting()
    // A place that another worker gave back before we were counted was told to nobody.
    guard
      !shared.hasRoom(limit: settings.maxConnections, ofCluster: settings.maxOfCluster)
    else {
      shared.endedWaiting()
      return .ready
    }
    waiting.append(point)
    let outcome = await point.wait(until: deadline)
    waiting.removeAll { $0 === point }
    shared.endedWaiting()
    return outcome
  }

  /// Lets the request that has waited longest try again.
  func wakeFirst() {
    while let first = waiting.first {
      waiting.removeFirst()
      // One whose deadline or abort came in this turn has not left the queue yet.
      guard first.isWaiting else { continue }
      return first.signal()
    }
  }
}
