import Configuration

/// How a reload went, as the log and `portico reload` tell it.
enum ReloadOutcome: Equatable, Sendable {
  struct Summary: Equatable, Sendable {
    /// Warnings; the configuration was taken.
    var problems: [ConfigurationProblem] = []
    var opened = 0
    var closed = 0
  }

  /// Every worker serves the new configuration.
  case succeeded(Summary)
  /// Everything is as it was.
  case refused([ConfigurationProblem])

  /// What `portico reload` prints: every problem, and a last line that says it all.
  var text: String {
    switch self {
    case .succeeded(let summary):
      lines(summary.problems) + "reloaded\n"
    case .refused(let problems):
      lines(problems) + "reload refused: \(count(problems)); the old configuration goes on\n"
    }
  }

  private func lines(_ problems: [ConfigurationProblem]) -> String {
    problems.map { LogText.oneLine($0.description) + "\n" }.joined()
  }

  private func count(_ problems: [ConfigurationProblem]) -> String {
    let errors = problems.count { $0.severity == .error }
    return errors == 1 ? "1 problem" : "\(errors) problems"
  }
}
