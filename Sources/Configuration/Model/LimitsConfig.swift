/// How much a cluster and each of its backends is given to do at a time. JSON: `limits`.
public struct LimitsConfig: Equatable, Sendable {
  /// Requests in flight to the cluster, over all workers; 0: no limit. JSON: `requests`.
  public var requests = 0
  /// Requests in flight to each backend, over all workers; 0: no limit. JSON: `backend_requests`.
  public var backendRequests = 0
  /// Open connections to all backends together, over all workers; 0: no limit. JSON: `connections`.
  public var connections = 0
  /// Requests that wait for these, on each worker; beyond it 503. JSON: `waiting`.
  public var waiting = 1024
  /// nil: the limits stay as they are. JSON: `adaptive`.
  public var adaptive: AdaptiveLimitConfig?

  public init() {}

  /// Whether there are requests to count.
  public var isActive: Bool { requests > 0 || backendRequests > 0 || adaptive != nil }
}

/// A limit of the requests in flight to each backend that grows while they are answered quickly,
/// and shrinks when they are not. JSON: `adaptive`.
public struct AdaptiveLimitConfig: Equatable, Sendable {
  /// What each worker begins with, for each backend.
  public var initial = 20
  public var min = 4
  public var max = 1000
  /// An answer that takes longer than this times the usual is a sign that there is too much to do,
  /// in percent. JSON: `tolerance`.
  public var tolerance = 200

  public init() {}
}
