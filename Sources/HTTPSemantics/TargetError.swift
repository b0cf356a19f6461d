/// Why a path has no normal form. The answer is 400.
public enum TargetError: Error, Equatable, Sendable {
  /// `..` would leave the root.
  case aboveRoot
  /// A backslash, which some origins take for a slash.
  case backslash
  /// `%00`.
  case encodedNUL
  /// `%` without two hexadecimal digits.
  case malformedPercentEncoding
  /// A path that does not start with a slash.
  case notAbsolute

  public var status: StatusCode { .badRequest }

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .aboveRoot: .pathAboveRoot
    case .backslash: .backslashInPath
    case .encodedNUL: .encodedNUL
    case .malformedPercentEncoding: .malformedPercentEncoding
    case .notAbsolute: .pathNotAbsolute
    }
  }
}
