public import Bytes

/// One subcluster, as the configuration has it.
public struct SubclusterPlan: Sendable {
  public enum Members: Sendable {
    case backends([BackendPlan])
    /// Its share of the requests is refused.
    case refusal
  }

  /// 0 gets nothing.
  public var weight: Int
  /// Levels are used one after the other: 0 alone, as long as it can bear all requests.
  public var level: Int
  public var members: Members
  /// Hash of what it is called, the same everywhere.
  public var identity: UInt64
  /// Its requests in flight, over all workers.
  public var inFlight: SharedCounter?

  public init(
    weight: Int = 1, level: Int = 0, identity: UInt64 = 0, inFlight: SharedCounter? = nil,
    members: Members
  ) {
    self.weight = max(0, weight)
    self.level = level
    self.identity = identity
    self.inFlight = inFlight
    self.members = members
  }
}

/// One backend, as the configuration has it.
public struct BackendPlan: Sendable {
  /// 0 gets nothing.
  public var weight: Int
  /// Hash of what it is called, the same everywhere.
  public var identity: UInt64
  /// Its requests in flight, over all workers.
  public var inFlight: SharedCounter

  public init(weight: Int = 1, identity: UInt64 = 0, inFlight: SharedCounter) {
    self.weight = max(0, weight)
    self.identity = identity
    self.inFlight = inFlight
  }
}
