/// What is known of one question: the last answer that had records, and when to ask again.
struct KnownAnswer {
  /// nil until there was one.
  private(set) var records: NameAnswer.Records?
  /// When the records came, and when their time is over. In milliseconds, as everything here.
  private(set) var learnt: UInt64 = 0
  private(set) var expires: UInt64 = 0
  /// What the last question came to; nil for records, and while it was never answered.
  private(set) var failure: NameFailure?
  private(set) var isAnswered = false
  /// In a row.
  private(set) var failures = 0
  private(set) var asked: UInt64 = 0
  /// When to ask next; nil while an answer is waited for.
  private(set) var due: UInt64?

  init(due: UInt64) { self.due = due }

  mutating func ask() {
    asked &+= 1
    due = nil
  }

  mutating func askAgain(at now: UInt64) { due = now }

  mutating func received(
    _ answer: NameAnswer, at now: UInt64, _ settings: NameSettings,
    using generator: inout some RandomNumberGenerator
  ) {
    isAnswered = true
    switch answer {
    case .records(let records, let secondsToLive):
      self.records = records
      let time = settings.time(secondsToLive: secondsToLive)
      (learnt, expires) = (now, now &+ time)
      (failure, failures) = (nil, 0)
      // After its time, not before: a server in between would only say how little is left of it.
      due = expires &+ generator.time(upTo: time / 10)
    case .failed(let failure):
      self.failure = failure
      failures = min(failures + 1, 1_000_000)
      due = now &+ settings.pause(afterFailures: failures, using: &generator)
    }
  }

  /// The records, unless the last answer was none and their time and `stale` are over.
  func records(at now: UInt64, _ settings: NameSettings) -> NameAnswer.Records? {
    let isOver = failure != nil && settings.stale > 0 && now >= expires &+ settings.stale
    return isOver ? nil : records
  }
}
