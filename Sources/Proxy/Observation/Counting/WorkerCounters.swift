import HTTPSemantics

/// What one worker counts for no listener, route or cluster.
final class WorkerCounters: Sendable {
  /// Input that was refused, and connections that were ended, by reason.
  let refusals = ReasonCounters()
  /// Exchanges that ended with an error of ours, or early, by reason.
  let errors = ReasonCounters()
  /// Requests that no route took, or that were refused before one was looked for.
  let unrouted = RouteCounters()
  /// Pauses in accepting.
  let pausesAtLimit = Counter()
  let pausesWithoutDescriptors = Counter()
  let pausesForErrors = Counter()
  /// Client connections that wait without a task.
  let parked = Counter()
}

/// A counter for each reason.
final class ReasonCounters: Sendable {
  private let counters = InlineArray<256, Counter> { _ in Counter() }

  private static let indices = Dictionary(
    uniqueKeysWithValues: zip(Reason.allCases, 0..<min(256, Reason.allCases.count)))

  func count(_ reason: Reason) {
    if let index = Self.indices[reason] { counters[index].add() }
  }

  /// Adds what was counted here to `total`.
  func add(to total: inout [Reason: UInt64]) {
    for (reason, index) in Self.indices {
      let value = counters[index].value
      if value > 0 { total[reason, default: 0] &+= value }
    }
  }
}
