/// Who wants a reload, and whether one is under way.
///
/// Requests that come while one is under way are answered by the next one: the files may have
/// changed after it read them. However many there are, it is one.
struct ReloadRequests {
  typealias Answer = CheckedContinuation<ReloadOutcome, Never>

  private(set) var isUnderWay = false
  private var isAsked = false
  private var waiting: [Answer] = []

  /// - Parameter answer: Who waits for the outcome; nil for a signal.
  mutating func ask(_ answer: Answer? = nil) {
    isAsked = true
    if let answer { waiting.append(answer) }
  }

  /// Begins a reload if one is asked for and none is under way.
  ///
  /// - Returns: Those to answer in the end; nil when there is nothing to begin.
  mutating func begin() -> [Answer]? {
    guard isAsked, !isUnderWay else { return nil }
    (isUnderWay, isAsked) = (true, false)
    defer { waiting = [] }
    return waiting
  }

  mutating func end() { isUnderWay = false }
}
