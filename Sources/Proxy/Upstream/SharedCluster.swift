import Bytes
import Synchronization

/// What all workers know of one cluster as a whole.
final class SharedCluster: Sendable {
  private let changes = Atomic<UInt64>(1)
  private let panic = Atomic<Bool>(false)
  private let requests = Atomic<Int>(0)
  private let waiting = Atomic<Int>(0)
  private let openConnections = Atomic<Int>(0)
  private let waitingForConnections = Atomic<Int>(0)

  /// How often what its backends are good for has changed. A worker looks at them all when this, or
  /// the time until which it knows, has moved on.
  var changeCount: UInt64 { changes.load(ordering: .acquiring) }

  /// What one of its backends is good for has changed.
  func changed() { changes.wrappingAdd(1, ordering: .releasing) }

  // MARK: Connections

  /// Takes the right to one more connection to one of its backends, unless there are `limit`.
  func reserveConnection(limit: Int) -> Bool { openConnections.addOne(upTo: limit) }

  /// Gives it back; in one order with ``beganWaitingForConnection()``, as of a backend's.
  func releaseConnection() {
    openConnections.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  func hasRoomForConnection(limit: Int) -> Bool {
    openConnections.load(ordering: .sequentiallyConsistent) < limit
  }

  /// Counts requests that wait for a connection to one of its backends, on any worker.
  func beganWaitingForConnection() {
    waitingForConnections.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }
  func endedWaitingForConnection() {
    waitingForConnections.wrappingSubtract(1, ordering: .relaxed)
  }
  var hasWaitingForConnection: Bool {
    waitingForConnections.load(ordering: .sequentiallyConsistent) > 0
  }

  // MARK: Limits

  /// Takes the right to one more request in flight, unless there are `limit`.
  func reserveRequest(limit: Int) -> Bool { requests.addOne(upTo: limit) }

  /// Gives it back. In one order with ``beganWaiting()`` for all workers: as of a backend's
  /// connections.
  func releaseRequest() { requests.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

  /// Counts requests that wait for room, on any worker.
  func beganWaiting() { waiting.wrappingAdd(1, ordering: .sequentiallyConsistent) }
  func endedWaiting() { waiting.wrappingSubtract(1, ordering: .relaxed) }
  var waitingCount: Int { max(0, waiting.load(ordering: .relaxed)) }
  var requestCount: Int { max(0, requests.load(ordering: .relaxed)) }
  var hasWaiting: Bool { waiting.load(ordering: .sequentiallyConsistent) > 0 }

  // MARK: Panic

  /// Whether so few backends were well, when somebody last looked, that all are used.
  var isPanicking: Bool { panic.load(ordering: .relaxed) }

  /// Whether so few backends are well that all are used.
  ///
  /// - Returns: Whether that is news.
  func setPanicking(_ isPanicking: Bool) -> Bool {
    // Read first: all workers look at each change, and find the same.
    panic.load(ordering: .relaxed) != isPanicking
      && panic.exchange(isPanicking, ordering: .relaxed) != isPanicking
  }
}

extension Atomic where Value == Int {
  /// Adds one, unless that makes more than `limit`: then nobody sees it even for a moment.
  ///
  /// - Returns: Whether it was added.
  fileprivate func addOne(upTo limit: Int) -> Bool {
    var before = load(ordering: .relaxed)
    while before < limit {
      let (isDone, now) = weakCompareExchange(
        expected: before, desired: before &+ 1, ordering: .relaxed)
      if isDone { return true }
      before = now
    }
    return false
  }
}
