public import HTTPSemantics

/// Why a request that came whole is answered with an error: well-formed as a message of HTTP/2, but
/// not one that is served.
public enum RequestProblem: Error, Equatable, Sendable {
  /// CONNECT without `:protocol`, or TRACE.
  case methodNotAllowed
  /// More than 32 octets.
  case methodTooLong
  /// More octets than ``HTTP2Limits/maxTarget``.
  case targetTooLong
  /// SP, `#`, or a non-ASCII octet in `:path`.
  case invalidTarget(UInt8)
  /// A scheme other than http and https.
  case unsupportedScheme
  /// Neither `:authority` nor `host`.
  case missingAuthority
  case duplicateHost
  /// `:authority` and `host` differ.
  case hostMismatch
  case authority(AuthorityError)
  /// An expectation other than 100-continue.
  case unsupportedExpectation
  /// More octets or fields than ``HTTP2Limits/head`` allows. What is there of the head is not
  /// valid.
  case headTooLarge

  /// What the client is answered. The connection goes on.
  public var status: StatusCode {
    switch self {
    case .methodNotAllowed: .methodNotAllowed
    case .targetTooLong: .uriTooLong
    case .headTooLarge: .requestHeaderFieldsTooLarge
    case .unsupportedExpectation: .expectationFailed
    case .methodTooLong, .invalidTarget, .unsupportedScheme, .missingAuthority, .duplicateHost,
      .hostMismatch, .authority:
      .badRequest
    }
  }

  /// A label for counters and logs, the same as for HTTP/1.1 where the rule is the same.
  public var reason: Reason {
    switch self {
    case .methodNotAllowed: .methodNotAllowed
    case .methodTooLong: .methodTooLong
    case .targetTooLong: .targetTooLong
    case .invalidTarget: .invalidTarget
    case .unsupportedScheme: .unsupportedScheme
    case .missingAuthority: .missingHost
    case .duplicateHost: .duplicateHost
    case .hostMismatch: .hostMismatch
    case .authority(let error): error.reason
    case .unsupportedExpectation: .unsupportedExpectation
    case .headTooLarge: .fieldsTooLarge
    }
  }
}
