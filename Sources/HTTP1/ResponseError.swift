public import HTTPSemantics

/// The rule that the head of a backend's response broke. The client is answered 502.
public enum ResponseError: Error, Equatable, Sendable {
  /// What the response starts with is not `HTTP/` DIGIT `.` DIGIT and a space.
  case invalidVersion
  /// A major version other than 1.
  case unsupportedVersion
  /// Not three digits, or not from 100 to 599.
  case invalidStatus
  /// A control octet in the reason phrase.
  case invalidReasonPhrase
  /// The status line passes ``HeadLimits/maxStartLine``.
  case statusLineTooLong
  case field(FieldError)
  case framing(FramingError)

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .invalidVersion: .invalidVersion
    case .unsupportedVersion: .unsupportedVersion
    case .invalidStatus: .invalidStatus
    case .invalidReasonPhrase: .invalidReasonPhrase
    case .statusLineTooLong: .statusLineTooLong
    case .field(let error): error.reason
    case .framing(let error): error.reason
    }
  }
}
