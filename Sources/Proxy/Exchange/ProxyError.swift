import HTTPSemantics

/// Why an exchange cannot go on: who caused it, what the client is told, and whether another try
/// may help.
struct ProxyError: Error {
  enum Source {
    case downstream, upstream, `internal`

    /// As the access log has it.
    var termination: Termination.Source {
      switch self {
      case .downstream: .client
      case .upstream: .backend
      case .internal: .portico
      }
    }
  }

  enum Retry {
    case never
    /// Only if the connection was reused: it may have died before it was used, which is neither the
    /// client's nor the backend's fault.
    case ifReused
    /// The backend broke off, in a way that an idle connection would not.
    case broken
    /// The backend did not answer in the time that a try has.
    case tooSlow
    /// Whatever the method: the backend has said that it did not process the request.
    case unprocessed
  }

  let source: Source
  let status: StatusCode
  let reason: Reason
  var retry = Retry.never
  /// Seconds for `Retry-After`; 0 for none.
  var retryAfterSeconds: UInt64 = 0
  /// Whether it is still to be counted as a refusal. Those of malformed input are counted where the
  /// input is read, and a request without a route is none.
  var isUncountedRefusal = false

  static func downstream(_ status: StatusCode, _ reason: Reason) -> ProxyError {
    ProxyError(source: .downstream, status: status, reason: reason)
  }

  static func upstream(
    _ status: StatusCode, _ reason: Reason, retry: Retry = .never
  ) -> ProxyError {
    ProxyError(source: .upstream, status: status, reason: reason, retry: retry)
  }

  /// The client went away; it is told nothing.
  static let clientGone = downstream(.clientClosedRequest, .clientAbort)
  static let clientTooSlow = ProxyError(
    source: .downstream, status: .requestTimeout, reason: .clientWriteTimeout,
    isUncountedRefusal: true)
  static let contentTooLarge = ProxyError(
    source: .downstream, status: .contentTooLarge, reason: .contentTooLarge,
    isUncountedRefusal: true)
  static let misdirected = ProxyError(
    source: .downstream, status: .misdirectedRequest, reason: .misdirected,
    isUncountedRefusal: true)
  static let loop = ProxyError(
    source: .downstream, status: .loopDetected, reason: .loop, isUncountedRefusal: true)

  var isClientGone: Bool { status == .clientClosedRequest }
}
