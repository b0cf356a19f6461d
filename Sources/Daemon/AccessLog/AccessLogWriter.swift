import Bytes
import Configuration
import EventLoop
import Proxy
import Synchronization
import System

/// Makes lines of what the workers tell of their exchanges, and writes them out, on a thread of its
/// own, which alone waits for the disk or for a reader.
///
/// It comes by on its own: telling it of each record would cost the workers a system call.
final class AccessLogWriter: Sendable {
  /// What an operator should read of.
  enum Notice: Sendable, Equatable {
    /// Lines that found no room, or could not be written, since the last notice.
    case dropped(UInt64)
    /// Writing there failed; told once, until it works again.
    case failed(String, reason: String)
    /// What was told of with ``failed(_:reason:)`` is over.
    case recovered(String)
    /// What ``reopen()`` asked for.
    case reopened(String)
    /// The old file goes on being written to.
    case notReopened(String, reason: String)
  }

  private struct State {
    var destination: AccessLogDestination?
    /// How lines look from here on; nil for as before.
    var freshFormat: AccessLogFormat?
    /// Set by ``reopen()``.
    var reopens = false
    var isEnding = false
    var ended: [CheckedContinuation<Void, Never>] = []
    var hasEnded = false
  }

  /// Milliseconds from one look at the rings to the next.
  ///
  /// - Parameter octets: What the fullest of them held. When that was much, the next look may well
  ///   come late, behind workers that have the processors.
  private static func pause(after octets: Int) -> Int32 {
    if octets > AccessLogRing.defaultCapacity / 8 { return 1 }
    return octets > 0 ? 10 : 50
  }

  private let rings: [AccessLogRing]
  private let state: Mutex<State>
  private let alarm: Alarm
  private let onNotice: @Sendable (Notice) -> Void

  /// - Parameters:
  ///   - rings: Of all workers.
  ///   - destination: nil when the log is off.
  ///   - format: How lines look.
  ///   - onNotice: Called on the writer's thread.
  /// - Returns: nil when no descriptor is left.
  init?(
    rings: [AccessLogRing], destination: AccessLogDestination?,
    format: LoggingConfig.AccessFormat, onNotice: @escaping @Sendable (Notice) -> Void
  ) {
    guard let alarm = Alarm() else { return nil }
    self.alarm = alarm
    self.rings = rings
    self.onNotice = onNotice
    state = Mutex(State(destination: destination, freshFormat: AccessLogFormat(format)))
  }

  /// Starts the thread.
  ///
  /// - Returns: Whether it could be started.
  func start() -> Bool { BackgroundThread.start(name: "access-log") { self.run() } }

  /// Makes lines that look so from here on. Those of requests that have ended already may, too.
  func change(to format: LoggingConfig.AccessFormat) {
    state.withLock { $0.freshFormat = AccessLogFormat(format) }
  }

  /// Writes to `destination` from here on. Lines of requests that have ended already may go there
  /// too.
  func change(to destination: AccessLogDestination?) {
    state.withLock { $0.destination = destination }
    alarm.ring()
  }

  /// Opens the file anew, after somebody has renamed it.
  func reopen() {
    state.withLock { $0.reopens = true }
    alarm.ring()
  }

  /// Writes out what is there and ends the thread. Returns when that is done.
  func end() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        state.isEnding = true
        if !state.hasEnded { state.ended.append(continuation) }
        return state.hasEnded
      }
      if hasEnded { continuation.resume() }
      alarm.ring()
    }
  }

  // MARK: The thread

  private func run() {
    var lines = Lines()
    var health = Health()
    while true {
      let isEnding = state.withLock { $0.isEnding }
      let most = writeOnce(&lines, &health)
      if isEnding { break }
      alarm.wait(milliseconds: Self.pause(after: most))
    }
    let waiting = state.withLock { state in
      state.hasEnded = true
      return state.ended
    }
    for continuation in waiting { continuation.resume() }
  }

  /// - Returns: Octets that the fullest ring held.
  private func writeOnce(_ lines: inout Lines, _ health: inout Health) -> Int {
    if let format = state.withLock({ $0.freshFormat.take() }) { lines.format = format }
    // What was logged before the file was renamed still belongs to it.
    var most = 0
    for ring in rings { most = max(most, writeAll(of: ring, &lines, &health)) }
    reopenIfAsked()
    let dropped = rings.reduce(0) { $0 + $1.takeDropped() }
    if let count = health.countDropped(dropped, at: .read()) { onNotice(.dropped(count)) }
    return most
  }

  /// - Returns: Octets that the ring held.
  private func writeAll(
    of ring: AccessLogRing, _ lines: inout Lines, _ health: inout Health
  ) -> Int {
    let destination = state.withLock { $0.destination }
    var octets = 0
    // No more than were there at first, lest a busy worker keep us from the others.
    while octets < AccessLogRing.defaultCapacity {
      let taken = ring.take(upTo: Lines.piece) { record, texts in
        if destination != nil { lines.append(record, texts) }
      }
      if taken == 0 { break }
      octets += taken
      if let destination { ring.countUnwritten(write(&lines, to: destination, &health)) }
    }
    return octets
  }

  /// - Returns: How many lines are lost.
  private func write(
    _ lines: inout Lines, to destination: AccessLogDestination, _ health: inout Health
  ) -> Int {
    guard lines.text.count > 0 else { return 0 }
    let outcome = destination.write(lines.text.span)
    lines.text.removeAll()
    let place = destination.place.text
    switch health.note(isFailing: outcome.error != nil, at: .read()) {
    case .same: break
    case .begins: onNotice(.failed(place, reason: outcome.error?.text ?? ""))
    case .ends: onNotice(.recovered(place))
    }
    return outcome.lost
  }

  private func reopenIfAsked() {
    let old: AccessLogDestination? = state.withLock { state in
      defer { state.reopens = false }
      return state.reopens ? state.destination : nil
    }
    guard let old else { return }
    do throws(OutputFile.WriteError) {
      let fresh = try AccessLogDestination(old.place)
      state.withLock { state in
        // A reload may have put another in its place meanwhile.
        if state.destination === old { state.destination = fresh }
      }
      onNotice(.reopened(old.place.text))
    } catch {
      onNotice(.notReopened(old.place.text, reason: error.text))
    }
  }
}

/// Lines on their way out.
private struct Lines: ~Copyable {
  /// Octets of records that are made lines of before these go out: so few that all of it stays in
  /// the processor's cache.
  static let piece = 64 * 1024

  var format = AccessLogFormat(.json)
  var text = OutputBuffer(capacity: 128 * 1024)

  mutating func append(_ record: AccessRecord, _ texts: Span<UInt8>) {
    format.write(record, texts, into: &text)
  }
}

/// What the writer has to tell, and when.
private struct Health {
  enum Change {
    case same, begins, ends
  }

  /// A disk that is full but for a little fails and works in turn.
  private static let quiet = Interval.seconds(10)

  private var isFailing = false
  private var nextFailure = Instant(microseconds: 0)
  private var dropped: UInt64 = 0
  private var nextDropped = Instant(microseconds: 0)

  /// - Returns: What to tell of: a failure at most every ten seconds, and its end.
  mutating func note(isFailing failing: Bool, at now: Instant) -> Change {
    guard failing != isFailing, !failing || now >= nextFailure else { return .same }
    isFailing = failing
    if failing { nextFailure = now + Self.quiet }
    return failing ? .begins : .ends
  }

  /// - Returns: How many to tell of: at most once a second.
  mutating func countDropped(_ count: UInt64, at now: Instant) -> UInt64? {
    dropped &+= count
    guard dropped > 0, now >= nextDropped else { return nil }
    defer { dropped = 0 }
    nextDropped = now + .seconds(1)
    return dropped
  }
}
