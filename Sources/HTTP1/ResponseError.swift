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
  public var reason: StaticString {
    switch self {
    case .invalidVersion: "invalid_version"
    case .unsupportedVersion: "unsupported_version"
    case .invalidStatus: "invalid_status"
    case .invalidReasonPhrase: "invalid_reason_phrase"
    case .statusLineTooLong: "status_line_too_long"
    case .field(let error): error.reason
    case .framing(let error): error.reason
    }
  }
}
