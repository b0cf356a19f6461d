/// Gathers what is wrong with one configuration.
final class ProblemLog {
  /// More than anybody reads; what comes after is counted only, unless it is an error where
  /// warnings could be left out: an error is why the configuration is refused.
  static let limit = 1000

  private var problems: [ConfigurationProblem] = []
  /// Where the warnings are among them, until there is no room.
  private var warnings: [Int] = []
  private var dropped = 0
  private var hasDroppedErrors = false
  private(set) var hasErrors = false

  /// Whether searching for what was meant is worth the time still: it is not when a generated file
  /// is wrong ten thousand times in the same way.
  var wantsSuggestions: Bool { problems.count < 100 }

  func add(_ problem: ConfigurationProblem) {
    let isError = problem.severity == .error
    if isError { hasErrors = true }
    guard problems.count >= Self.limit else {
      if !isError { warnings.append(problems.count) }
      problems.append(problem)
      return
    }
    dropped += 1
    guard isError else { return }
    if let last = warnings.popLast() {
      problems[last] = problem
    } else {
      hasDroppedErrors = true
    }
  }

  /// What was gathered, in the order of `files` and by place in each, and how much was left out,
  /// which is as bad as the worst of it.
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
      hasDroppedErrors ? .error : .warning, at: SourceLocation(file: last.location.file),
      message: "\(dropped) more problems")
    return sorted.map(\.element) + [note]
  }
}
