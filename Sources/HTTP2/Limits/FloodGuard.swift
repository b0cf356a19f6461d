/// One budget per connection for everything that a peer makes us do, so that no mix of frames gets
/// more out of us than one kind of them would.
struct FloodGuard: Sendable {
  private let terms: HTTP2Terms
  private var limits: HTTP2Limits { terms.limits }
  private var resets: TokenBucket
  private var glitches: TokenBucket
  private var pings: TokenBucket
  private var settings: TokenBucket
  private var emptyFrames = 0
  private var unsentFrames = 0
  private var priorityFrames = 0
  private var windowUpdates = 0
  private var streams = 0
  private var sentDataFrames = 0
  private var largeHeads = 0
  private var wasPing = false

  init(_ terms: HTTP2Terms, now: Int64) {
    self.terms = terms
    let limits = terms.limits
    resets = TokenBucket(limits.resets, now: now)
    glitches = TokenBucket(limits.glitches, now: now)
    pings = TokenBucket(limits.pings, now: now)
    settings = TokenBucket(limits.settings, now: now)
  }

  /// Whether the peer has used up so much that the connection had better end soon.
  var isNearlySpent: Bool { glitches.isLow(limits.glitches) }

  /// Something without an honest use, or only in small numbers.
  mutating func glitch(now: Int64) throws(ConnectionError) {
    guard glitches.take(limits.glitches, now: now) else { throw .tooManyGlitches }
  }

  /// A stream ended before its time at the peer's hand.
  mutating func reset(now: Int64) throws(ConnectionError) {
    guard resets.take(limits.resets, now: now) else { throw .tooManyResets }
  }

  /// Any frame other than PING.
  mutating func otherFrame() { wasPing = false }

  mutating func ping(now: Int64) throws(ConnectionError) {
    defer { wasPing = true }
    if wasPing, !pings.take(limits.pings, now: now) { throw .tooManyPings }
  }

  mutating func settings(now: Int64) throws(ConnectionError) {
    guard settings.take(limits.settings, now: now) else { throw .tooManySettings }
  }

  /// A frame that could carry something.
  mutating func frame(isEmpty: Bool, now: Int64) throws(ConnectionError) {
    guard isEmpty else {
      emptyFrames = 0
      return
    }
    emptyFrames &+= 1
    guard emptyFrames <= limits.maxEmptyFrames else { throw .tooManyEmptyFrames }
    try glitch(now: now)
  }

  mutating func priority() throws(ConnectionError) {
    priorityFrames &+= 1
    let allowed = limits.priorityFramesPerStream.multipliedReportingOverflow(by: 1 &+ streams)
    guard allowed.overflow || priorityFrames <= allowed.partialValue else {
      throw .tooManyPriorityFrames
    }
  }

  /// As many are honest as there are streams to credit and DATA frames to be credited for.
  ///
  /// - Parameter wasClosed: Whether nothing could be sent by that window.
  mutating func windowUpdate(
    _ increment: Int64, wasClosed: Bool, now: Int64
  ) throws(ConnectionError) {
    windowUpdates &+= 1
    guard windowUpdates <= 5 &+ 2 &* (streams &+ 10 &* sentDataFrames) else {
      throw .tooManyWindowUpdates
    }
    // A window kept nearly shut makes us write frames that are not worth their heads
    // (CVE-2019-9511). One that is open may be credited message by message, however small those
    // are.
    if wasClosed, increment < Self.smallIncrement { try glitch(now: now) }
  }

  private static let smallIncrement: Int64 = 64

  /// A stream was opened, by either side.
  mutating func openedStream() { streams &+= 1 }

  mutating func sentDataFrame() { sentDataFrames &+= 1 }

  /// A head was larger than allowed: once may be a mistake.
  mutating func largeHead() throws(ConnectionError) {
    largeHeads &+= 1
    guard largeHeads <= 1 else { throw .headsTooLarge }
  }

  /// The peer made us write a frame.
  mutating func queuedFrame() { unsentFrames &+= 1 }

  func checkUnsent() throws(ConnectionError) {
    guard unsentFrames <= limits.maxUnsentControlFrames else { throw .tooManyUnsentFrames }
  }

  mutating func flushed() { unsentFrames = 0 }
}
