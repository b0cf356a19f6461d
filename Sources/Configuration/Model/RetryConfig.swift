/// When a request is sent to a backend once more. JSON: `retries`, of a cluster, or of a route
/// whose requests it then holds for instead.
public struct RetryConfig: Equatable, Sendable {
  /// What a try may have ended with.
  public enum Condition: String, CaseIterable, Sendable {
    /// No connection could be established; nothing was sent.
    case connectFailure = "connect_failure"
    /// The backend broke off before the response's head was whole.
    case reset
    /// As ``reset``, but of a connection that had been idle: it may have died before.
    case reused
    /// An HTTP/2 backend has said that it did not process the request.
    case refusedStream = "refused_stream"
  }

  /// Which requests a backend may get twice when it may have processed the first.
  public enum Methods: String, CaseIterable, Sendable {
    /// Those whose effect is that of one (RFC 9110 §9.2.2).
    case idempotent
    case any
  }

  /// Codes of `grpc-status`, by their names in lower case.
  public enum GRPCCode: String, CaseIterable, Sendable {
    case cancelled
    case deadlineExceeded = "deadline_exceeded"
    case resourceExhausted = "resource_exhausted"
    case aborted
    case `internal`
    case unavailable
  }

  /// Tries in all, those with reused connections that had died not counted. 1...10; 1 means none
  /// but the first. JSON: `attempts`.
  public var attempts = 2
  /// JSON: `on`.
  public var conditions = Set(Condition.allCases)
  /// Statuses of responses, 400...599. JSON: `statuses`.
  public var statuses: Set<Int> = []
  /// JSON: `grpc`.
  public var grpc: Set<GRPCCode> = []
  public var methods = Methods.idempotent
  /// From the request's end to the response's head, for each try; passing it is reason for another.
  /// nil: only `response_head` counts, which is none. JSON: `per_try_timeout`.
  public var perTryTimeout: Duration?
  /// How long an answer to a request without content is waited for before another backend gets it
  /// as well; the first answer counts. nil: nobody gets it beside another. JSON: `hedge_after`.
  public var hedgeAfter: Duration?
  /// The pause before the second try is a random part of this, twice as much before each further
  /// one. JSON: `backoff`.
  public var backoff: Duration = .milliseconds(25)
  /// The most that pauses grow to. JSON: `max_backoff`.
  public var maxBackoff: Duration = .milliseconds(250)
  /// Whether another try may go to another subcluster. JSON: `other_subclusters`.
  public var usesOtherSubclusters = true
  /// Octets of content that are kept for another try; a request with more has only one, once they
  /// have gone. JSON: `replay`.
  public var replay = 64 << 10
  /// Whether responses say in `Portico-Attempts` how many tries there were. JSON: `attempts_field`.
  public var tellsAttempts = false
  /// Of a cluster only.
  public var budget = RetryBudgetConfig()

  public init() {}
}

/// How many further tries a cluster's requests may have, so that these do not make an outage worse.
/// JSON: `budget`.
public struct RetryBudgetConfig: Equatable, Sendable {
  /// Of the requests of the last ten seconds. 0...1000. JSON: `percent`.
  public var percent = 20
  /// What is allowed however few requests there are, on each worker. 0...100,000. JSON:
  /// `min_per_second`.
  public var minPerSecond = 3

  public init() {}
}
