import Configuration

/// Thrown where one problem ends what was begun.
extension ConfigurationProblem: Error {}

/// Said where the process may not have another descriptor.
let noDescriptor = "no descriptor is left: raise their limit (ulimit -n)"

/// Why the daemon cannot start.
struct StartFailure: Error, Sendable {
  let status: ExitStatus
  let problems: [ConfigurationProblem]

  /// The configuration cannot be served.
  static func configuration(_ problems: [ConfigurationProblem]) -> StartFailure {
    StartFailure(status: .configuration, problems: problems)
  }

  /// The machine does not give what the configuration in `file` takes.
  static func system(_ message: String, in file: String) -> StartFailure {
    let location = SourceLocation(file: file)
    return StartFailure(
      status: .system, problems: [ConfigurationProblem(.error, at: location, message: message)])
  }

  static func listening(_ failure: ListenFailure, in file: String) -> StartFailure {
    StartFailure(
      status: failure.isConfiguration ? .configuration : .system,
      problems: [failure.problem(in: file)])
  }
}
