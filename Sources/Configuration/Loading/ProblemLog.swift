/// Gathers what is wrong with one configuration.
final class ProblemLog {
  /// More than anybody reads; what comes after is counted only.
  static let limit = 1000

  private var problems: [ConfigurationProblem] = []
  private var dropped = 0
  private(set) var hasErrors = false

  /// Whether searching for what was meant is worth the time still: it is not when a generated file
  /// is wrong ten thousand times in the same way.
  var wantsSuggestions: Bool { problems.count < 100 }

  func add(_ problem: ConfigurationProblem) {
    if problem.severity == .error { hasErrors = true }
    if problems.count < Self.limit { problems.append(problem) } else { dropped += 1 }
  }

  /// What was gathered, in the order of `files` and by place in each.
  func sorted(by files: [String]) -> [ConfigurationProblem] {
    let ranks = Dictionary(zip(files, files.indices), uniquingKeysWith: min)
    let sorted = problems.enumerated().sorted { one, other in
      func key(_ item: (offset: Int, element: ConfigurationProblem)) -> (Int, Int, Int, Int) {
        let place = item.element.location
        return (ranks[place.file] ?? files.count, place.line, place.column, item.offset)
      }
      return key(one) < key(other)
    }
    guard dropped > 0, let last = sorted.last?.element else { return sorted.map(\.element) }
    let note = ConfigurationProblem(
      .error, at: SourceLocation(file: last.location.file), message: "\(dropped) more problems")
    return sorted.map(\.element) + [note]
  }
}
