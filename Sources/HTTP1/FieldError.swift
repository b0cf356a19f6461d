public import HTTPSemantics

/// The rule of RFC 9112 §5 that a field section broke, in a head or in trailers.
public enum FieldError: Error, Equatable, Sendable {
  /// CR that no LF follows.
  case bareCR
  /// LF without CR before it.
  case bareLF
  /// A line that starts with a colon.
  case emptyName
  /// A name with an octet that no token has.
  case invalidName(UInt8)
  /// NUL or another control octet in a value.
  case invalidValue(UInt8)
  /// A line that ends before its colon.
  case missingColon
  /// A line that goes on with the value of the line before it (RFC 9112 §5.2).
  case obsoleteFolding
  /// A name with `_` or `.` where those are refused.
  case oddName
  /// Whitespace between the start line and the first field (RFC 9112 §2.2).
  case whitespaceAfterStartLine
  /// Whitespace between name and colon (RFC 9112 §5.1).
  case whitespaceBeforeColon
  /// A member of `Connection` that is no token.
  case invalidConnectionOption
  /// More options in `Connection` than anyone has use for.
  case tooManyConnectionOptions
  /// More field lines than ``HeadLimits/maxFields``.
  case tooManyFields
  /// More octets than ``HeadLimits/maxHead``.
  case sectionTooLarge

  /// Whether a limit was passed, rather than the grammar broken.
  public var isLimit: Bool {
    switch self {
    case .tooManyFields, .sectionTooLarge: true
    case .bareCR, .bareLF, .emptyName, .invalidName, .invalidValue, .missingColon,
      .obsoleteFolding, .oddName, .whitespaceAfterStartLine, .whitespaceBeforeColon,
      .invalidConnectionOption, .tooManyConnectionOptions:
      false
    }
  }

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .bareCR: .bareCR
    case .bareLF: .bareLF
    case .emptyName: .emptyFieldName
    case .invalidName: .invalidFieldName
    case .invalidValue: .invalidFieldValue
    case .missingColon: .missingColon
    case .obsoleteFolding: .obsFold
    case .oddName: .oddFieldName
    case .whitespaceAfterStartLine: .whitespaceAfterStartLine
    case .whitespaceBeforeColon: .whitespaceBeforeColon
    case .invalidConnectionOption: .invalidConnectionOption
    case .tooManyConnectionOptions: .tooManyConnectionOptions
    case .tooManyFields: .tooManyFields
    case .sectionTooLarge: .fieldsTooLarge
    }
  }
}
