public import HTTPSemantics

/// What workers counted since they began.
public struct WorkerStatistics: Sendable {
  public var acceptedConnections: UInt64 = 0
  public var openConnections = 0
  public var parkedConnections = 0
  public var requests: UInt64 = 0
  /// Refusals of bad input by reason.
  public var refusals: [Reason: UInt64] = [:]

  /// Requests that were sent once more, but for reused connections that had died.
  public var retries: UInt64 = 0
  /// Those that were not, because their cluster's budget was used up.
  public var retriesOverBudget: UInt64 = 0
  /// Handshakes with clients.
  public var clientTLS = TLSStatistics()
  /// Handshakes with backends.
  public var backendTLS = TLSStatistics()

  public init() {}
}

extension WorkerStatistics {
  mutating func add(_ other: WorkerStatistics) {
    acceptedConnections += other.acceptedConnections
    openConnections += other.openConnections
    parkedConnections += other.parkedConnections
    requests += other.requests
    retries += other.retries
    retriesOverBudget += other.retriesOverBudget
    clientTLS.add(other.clientTLS)
    backendTLS.add(other.backendTLS)
    refusals.merge(other.refusals) { $0 + $1 }
  }
}
