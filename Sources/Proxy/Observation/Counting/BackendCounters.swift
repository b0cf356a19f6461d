/// What one worker counts for one backend.
final class BackendCounters: Sendable {
  /// Tries that began and that ended: the difference is under way.
  let begun = Counter()
  let ended = Counter()
  let responses = ClassCounters()
  /// Tries that the backend failed: 502 and 504, or an answer cut short.
  let failures = Counter()
  /// Connections that were refused, or not established in time.
  let connectFailures = Counter()
  /// Tries after a first one.
  let retries = Counter()
  /// How often it began to rest, or was ejected.
  let ejections = Counter()
  /// From the request's end to the response's head.
  let times = AnswerTimes()
  /// Connections opened so far, and those that are idle now.
  let opened = Counter()
  let idle = Counter()
}
