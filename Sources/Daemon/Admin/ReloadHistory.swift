/// What became of the reloads so far, and of the configuration that is live.
struct ReloadHistory: Sendable {
  private(set) var succeeded: UInt64 = 0
  private(set) var refused: UInt64 = 0
  /// Whether the last one was taken; the start counts as one.
  private(set) var wasLastTaken = true
  /// Microseconds since 1970: of the last one, and of the one that gave what is live.
  private(set) var lastAt: Int64 = 0
  private(set) var liveSince: Int64 = 0
  /// ``Snapshot/contentHash`` of what is live.
  private(set) var hash: UInt64 = 0
  /// What the last one told, in lines.
  private(set) var lastText = ""

  /// The daemon has started to serve.
  mutating func started(hash: UInt64, at time: Int64) {
    (lastAt, liveSince, self.hash) = (time, time, hash)
    lastText = "started\n"
  }

  mutating func ended(_ outcome: ReloadOutcome, hash: UInt64?, at time: Int64) {
    lastAt = time
    lastText = outcome.text
    switch outcome {
    case .succeeded:
      succeeded += 1
      wasLastTaken = true
      liveSince = time
      if let hash { self.hash = hash }
    case .refused:
      refused += 1
      wasLastTaken = false
    }
  }
}
