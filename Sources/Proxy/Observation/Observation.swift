public import HTTPSemantics

/// What all workers have counted so far, and what is open now.
public struct Observation: Sendable {
  public struct Listener: Sendable {
    public let name: String
    public var open = 0
    public var accepted: UInt64 = 0
    public var requests: UInt64 = 0
    /// Microseconds from the request's head to the response's, and to the end of the response.
    public var firstByte = HistogramCounts()
    public var duration = HistogramCounts()
    /// Octets of content.
    public var requestSize = HistogramCounts()
    public var responseSize = HistogramCounts()
  }

  public struct Route: Sendable {
    /// Empty for requests that were refused before they came to a route.
    public let name: String
    public var responses = ClassCounts()
    public var octetsIn: UInt64 = 0
    public var octetsOut: UInt64 = 0
  }

  public struct Cluster: Sendable {
    public let name: String
    public var firstByte = HistogramCounts()
    public var duration = HistogramCounts()
    public var retriesOverBudget: UInt64 = 0
    /// Further tries that the budgets of all workers have left.
    public var retriesLeft: UInt64 = 0
    public var hedges: UInt64 = 0
    public var hedgesWon: UInt64 = 0
    /// Requests in flight, and those that wait to be, where the cluster has limits.
    public var inFlight = 0
    public var waiting = 0
    /// Whether so few backends are well that all are used.
    public var isPanicking = false
  }

  public struct Backend: Sendable {
    public let cluster: String
    public let subcluster: String
    public let address: String
    /// 0: gets no traffic.
    public let weight: Int
    public let subclusterWeight: Int
    /// Whether it gets requests, but for lack of others.
    public var isUsable = true
    /// Milliseconds that it still rests after refused connections.
    public var restMilliseconds: UInt64 = 0
    /// Milliseconds that it is still ejected for what it answered.
    public var ejectedMilliseconds: UInt64 = 0
    /// What its checks have found; `unknown` also without checks.
    public var health = Health.unknown
    /// What the configuration says of it.
    public var configuredState = AssignedState.up
    /// What was decided at run time; nil: nothing.
    public var assignedState: AssignedState?
    public var begun: UInt64 = 0
    public var inFlight: UInt64 = 0
    public var responses = ClassCounts()
    public var failures: UInt64 = 0
    public var connectFailures: UInt64 = 0
    /// From the request's end to the response's head.
    public var times = AnswerTimeCounts()
    public var retries: UInt64 = 0
    public var ejections: UInt64 = 0
    public var opened: UInt64 = 0
    public var idle: UInt64 = 0
    public var open = 0
    /// Requests that wait for a connection.
    public var waiting = 0
  }

  public enum Health: String, Sendable { case unknown, healthy, unhealthy }

  public struct Loop: Sendable {
    public let worker: Int
    public var connections = 0
    public var turns: UInt64 = 0
    /// Microseconds outside of waiting, in all turns, and in the longest since it was last asked
    /// for.
    public var busy: UInt64 = 0
    public var longestTurn: UInt64 = 0
    /// Jobs of tasks that have run, in all turns.
    public var jobs: UInt64 = 0
  }

  public enum Pause: String, CaseIterable, Sendable {
    case maxConnections = "max_connections"
    case noDescriptors = "no_descriptors"
    case acceptError = "accept_error"
  }

  public var listeners: [Listener] = []
  public var routes: [Route] = []
  public var clusters: [Cluster] = []
  public var backends: [Backend] = []
  public var loops: [Loop] = []
  /// Input that was refused, and connections that were ended.
  public var refusals: [Reason: UInt64] = [:]
  /// Exchanges that ended with an error of ours, or early.
  public var errors: [Reason: UInt64] = [:]
  public var pauses: [Pause: UInt64] = [:]
  public var parkedConnections: UInt64 = 0
  /// Access log lines that found no room, or could not be written.
  public var droppedLogLines: UInt64 = 0

  public init() {}
}
