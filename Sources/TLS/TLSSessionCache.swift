import Synchronization

/// Sessions that the server keeps, for clients that cannot keep them in tickets. One for all
/// workers.
public final class TLSSessionCache: Sendable {
  private struct Entries {
    var sessions: [[UInt8]: [UInt8]] = [:]
    /// Ids in the order they came; a ring once it is full.
    var order: [[UInt8]] = []
    var oldest = 0
  }

  /// Sessions that are kept; the oldest make room.
  public let capacity: Int
  private let entries = Mutex(Entries())

  /// - Precondition: `capacity` is greater than 0.
  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
  }

  public var count: Int { entries.withLock { $0.sessions.count } }

  /// Keeps a session, as DER.
  func add(_ session: [UInt8], id: [UInt8]) {
    entries.withLock { entries in
      guard entries.sessions.updateValue(session, forKey: id) == nil else { return }
      guard entries.order.count == capacity else { return entries.order.append(id) }
      let replaced = entries.order[entries.oldest]
      entries.order[entries.oldest] = id
      entries.oldest = (entries.oldest + 1) % capacity
      entries.sessions[replaced] = nil
    }
  }

  func session(id: [UInt8]) -> [UInt8]? { entries.withLock { $0.sessions[id] } }
}
