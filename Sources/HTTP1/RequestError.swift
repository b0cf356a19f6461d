public import HTTPSemantics

/// The rule that a request's head broke. The connection cannot be used further.
public enum RequestError: Error, Equatable, Sendable {
  /// More than two empty lines before the request line (RFC 9112 §2.2 asks to ignore one).
  case tooManyLeadingLines
  /// An octet that no method has; also TLS and other binary protocols on a clear-text port.
  case invalidMethod(UInt8)
  /// More than 32 octets.
  case methodTooLong
  /// CONNECT or TRACE.
  case methodNotAllowed
  /// Two spaces after the method.
  case emptyTarget
  /// A control octet, `#` or a non-ASCII octet in the request target.
  case invalidTarget(UInt8)
  /// A target of none of the forms that the method allows.
  case invalidTargetForm
  /// A scheme other than http and https.
  case unsupportedScheme
  /// The request line passes ``HeadLimits/maxStartLine``.
  case targetTooLong
  /// A request line that ends after the target, as in HTTP/0.9.
  case missingVersion
  /// What stands after the target is not `HTTP/` DIGIT `.` DIGIT.
  case invalidVersion
  /// A major version other than 1; also the preface of HTTP/2.
  case unsupportedVersion
  case missingHost
  case duplicateHost
  /// `Host` or the target names no valid authority.
  case authority(AuthorityError)
  /// The target in absolute-form names another authority than `Host`.
  case hostMismatch
  /// An expectation other than 100-continue.
  case unsupportedExpectation
  case field(FieldError)
  case framing(FramingError)

  /// What the client is answered before the connection is closed.
  public var status: StatusCode {
    switch self {
    case .tooManyLeadingLines, .invalidMethod, .methodTooLong, .emptyTarget, .invalidTarget,
      .invalidTargetForm, .unsupportedScheme, .missingVersion, .invalidVersion, .missingHost,
      .duplicateHost, .authority, .hostMismatch:
      .badRequest
    case .methodNotAllowed: .methodNotAllowed
    case .targetTooLong: .uriTooLong
    case .unsupportedVersion: .httpVersionNotSupported
    case .unsupportedExpectation: .expectationFailed
    case .field(let error): error.isLimit ? .requestHeaderFieldsTooLarge : .badRequest
    case .framing(.unsupportedTransferCoding): .notImplemented
    case .framing: .badRequest
    }
  }

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .tooManyLeadingLines: .tooManyLeadingLines
    case .invalidMethod: .invalidMethod
    case .methodTooLong: .methodTooLong
    case .methodNotAllowed: .methodNotAllowed
    case .emptyTarget: .emptyTarget
    case .invalidTarget: .invalidTarget
    case .invalidTargetForm: .invalidTargetForm
    case .unsupportedScheme: .unsupportedScheme
    case .targetTooLong: .targetTooLong
    case .missingVersion: .missingVersion
    case .invalidVersion: .invalidVersion
    case .unsupportedVersion: .unsupportedVersion
    case .missingHost: .missingHost
    case .duplicateHost: .duplicateHost
    case .authority(let error): error.reason
    case .hostMismatch: .hostMismatch
    case .unsupportedExpectation: .unsupportedExpectation
    case .field(let error): error.reason
    case .framing(let error): error.reason
    }
  }
}
