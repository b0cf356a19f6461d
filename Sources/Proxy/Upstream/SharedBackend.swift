import Addressing
import Balancing
import Bytes
import Synchronization

/// What all workers know of one backend: the only state of the data path that they share.
final class SharedBackend: Sendable {
  let identity: BackendIdentity
  /// Address and port, or path: what logs say.
  let label: String
  /// Told of every change of what this backend is good for.
  let cluster: SharedCluster
  /// Requests that it works on, tunnels among them.
  let inFlight: SharedCounter

  private let openConnections = Atomic<Int>(0)
  private let waitingRequests = Atomic<Int>(0)
  private let packedRest = Atomic<UInt64>(0)
  let condition = BackendCondition()

  init(
    _ identity: BackendIdentity, cluster: SharedCluster = SharedCluster(),
    inFlight: SharedCounter = SharedCounters(count: 1)[0]
  ) {
    self.identity = identity
    self.cluster = cluster
    self.inFlight = inFlight
    label = identity.endpoint.description
  }

  // MARK: Connections

  /// Takes the right to open one more connection, unless `limit` are open, or as many as the
  /// cluster may have.
  func reserveConnection(limit: Int, ofCluster clusterLimit: Int = .max) -> Bool {
    if openConnections.wrappingAdd(1, ordering: .relaxed).newValue <= limit,
      cluster.reserveConnection(limit: clusterLimit)
    {
      return true
    }
    openConnections.wrappingSubtract(1, ordering: .relaxed)
    return false
  }

  /// Gives the right back, when the connection has closed or could not be opened.
  ///
  /// In one order with ``beganWaiting()``, for all workers: who gives back and then finds nobody
  /// waiting did so before the other looked for room.
  func releaseConnection() {
    cluster.releaseConnection()
    openConnections.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  /// Whether fewer than `limit` connections are open, and fewer than the cluster may have. Takes
  /// nothing.
  func hasRoom(limit: Int, ofCluster clusterLimit: Int = .max) -> Bool {
    openConnections.load(ordering: .sequentiallyConsistent) < limit
      && cluster.hasRoomForConnection(limit: clusterLimit)
  }

  /// Open connections, and those about to be, over all workers.
  var openCount: Int { max(0, openConnections.load(ordering: .relaxed)) }

  /// Requests that wait for one, over all workers.
  var waitingCount: Int { max(0, waitingRequests.load(ordering: .relaxed)) }

  /// Counts requests that wait for a connection, on any worker.
  func beganWaiting() {
    waitingRequests.wrappingAdd(1, ordering: .sequentiallyConsistent)
    cluster.beganWaitingForConnection()
  }
  func endedWaiting() {
    waitingRequests.wrappingSubtract(1, ordering: .relaxed)
    cluster.endedWaitingForConnection()
  }
  var hasWaiting: Bool { waitingRequests.load(ordering: .sequentiallyConsistent) > 0 }

  // MARK: Rest

  var rest: BackendRest { BackendRest(packed: packedRest.load(ordering: .relaxed)) }

  /// Whether a request may go to it: it is usable, or its rest is over and nobody else tries it.
  func canTry(at now: UInt64) -> Bool { rest.canTry(at: now) }

  /// Takes the one try that a backend has after its rest; a usable backend needs none.
  ///
  /// - Returns: false when another request was faster.
  func beginTry(at now: UInt64) -> Bool {
    while true {
      let before = rest
      if before.isUsable { return true }
      guard let after = before.afterBeginningTry(at: now) else { return false }
      if exchange(before, after) { return true }
    }
  }

  /// Gives back the try that ``beginTry(at:)`` has taken, if it has, when it ends for another
  /// reason than what the backend said.
  func undoTry(at now: UInt64) {
    while true {
      let before = rest
      let after = before.afterUndoingTry(at: now)
      if after == before || exchange(before, after) { return }
    }
  }

  /// Counts a connection that was refused, or not established in time.
  ///
  /// - Returns: Milliseconds that the backend rests from now, or nil when it was resting already.
  func failed(at now: UInt64) -> UInt64? {
    while true {
      let before = rest
      let after = before.afterFailure(at: now)
      if after == before { return nil }
      if exchange(before, after) { return after.remaining(at: now) }
    }
  }

  /// Counts a connection that was established.
  ///
  /// - Returns: Whether the backend had failed before.
  func succeeded() -> Bool {
    while true {
      let before = rest
      if before.isUsable { return false }
      if exchange(before, BackendRest()) { return true }
    }
  }

  private func exchange(_ before: BackendRest, _ after: BackendRest) -> Bool {
    let isExchanged =
      packedRest.compareExchange(
        expected: before.packed, desired: after.packed, ordering: .relaxed
      ).exchanged
    if isExchanged { cluster.changed() }
    return isExchanged
  }
}
