/// One thing that is wrong, or odd, with a configuration, and where.
public struct ConfigurationProblem: Equatable, Sendable {
  public enum Severity: Equatable, Sendable {
    /// The configuration is refused.
    case error
    /// It is taken, and probably means something else than it says.
    case warning
  }

  public var severity: Severity
  /// Line 0 means the file as a whole.
  public var location: SourceLocation
  /// `clusters.api.subclusters.east.weight`, `routes[3].hosts[0]`; empty for the document itself.
  public var path: String
  public var message: String

  public init(
    _ severity: Severity, at location: SourceLocation, path: String = "", message: String
  ) {
    self.severity = severity
    self.location = location
    self.path = path
    self.message = message
  }
}

extension ConfigurationProblem: CustomStringConvertible {
  /// `file:line:column: path: message`, with `warning: ` before the path of what is no error.
  public var description: String {
    let place =
      location.line == 0
      ? location.file : "\(location.file):\(location.line):\(location.column)"
    let word = severity == .warning ? "warning: " : ""
    return path.isEmpty ? "\(place): \(word)\(message)" : "\(place): \(word)\(path): \(message)"
  }
}
