import Bytes
import TLS

/// What makes an encrypted transport of a plain one: the TLS session, and the way records are cut.
final class RecordLayer {
  let session: TLSSession
  private var sizer = RecordSizer()
  /// A record that was begun and did not go out as a whole: it has to be tried again as it is.
  private var unfinished = 0
  /// Whether a read waits for room to write, or a write for something to read: an alert, a change
  /// of keys.
  private(set) var readNeedsRoom = false
  private(set) var writeNeedsInput = false

  init(_ session: TLSSession) { self.session = session }

  /// What it came to, and what the socket is to be waited for.
  struct Progress {
    var count = 0
    var end: End?

    enum End {
      case needsInput
      case needsRoom
      case endOfStream
      case failed
    }
  }

  /// Reads as many records as there are, or as `buffer` has room for from `offset` on.
  ///
  /// - Parameter isPeerClosed: Whether the end may have come with the edge that is being used up,
  ///   so that no other will tell of it.
  func read(into buffer: ByteBuffer, from offset: Int, isPeerClosed: Bool) -> Progress {
    readNeedsRoom = false
    var progress = Progress()
    while progress.end == nil, offset &+ progress.count < buffer.capacity {
      switch session.read(into: buffer, from: offset &+ progress.count) {
      case .octets(let count):
        progress.count &+= count
        if !isPeerClosed, session.isDrained { progress.end = .needsInput }
      case .wantsRead: progress.end = .needsInput
      case .wantsWrite:
        readNeedsRoom = true
        progress.end = .needsRoom
      case .endOfStream: progress.end = .endOfStream
      case .failed: progress.end = .failed
      }
    }
    return progress
  }

  /// Writes what the socket takes of the three, as if they were one.
  func write(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>, scratch: ByteBuffer,
    now: Instant
  ) -> Progress {
    writeNeedsInput = false
    var progress = Progress()
    let total = head.count &+ body.count &+ tail.count
    while progress.end == nil, progress.count < total {
      // A record that was begun may not shrink.
      let limit = max(sizer.limit(now: now), unfinished)
      switch writeRecord(head, body, tail, from: progress.count, limit: limit, scratch) {
      case .octets(let count):
        progress.count &+= count
        unfinished = 0
        sizer.wrote(count, now: now)
      case .wantsWrite: progress.end = .needsRoom
      case .wantsRead:
        writeNeedsInput = true
        progress.end = .needsInput
      case .failed: progress.end = .failed
      }
    }
    return progress
  }

  private func writeRecord(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>, from start: Int, limit: Int,
    _ scratch: ByteBuffer
  ) -> TLSSession.WriteResult {
    let bodyStart = head.count
    let tailStart = bodyStart &+ body.count
    let total = tailStart &+ tail.count
    let end = min(start &+ limit, total)
    unfinished = end &- start
    // What lies within one piece need not be copied.
    if end <= bodyStart { return session.write(head.extracting(start..<end)) }
    if start >= bodyStart, end <= tailStart {
      return session.write(body.extracting(start - bodyStart..<end - bodyStart))
    }
    if start >= tailStart {
      return session.write(tail.extracting(start - tailStart..<end - tailStart))
    }
    var filled = 0
    func copy(_ piece: Span<UInt8>, at offset: Int) {
      let (from, to) = (max(start, offset), min(end, offset &+ piece.count))
      guard from < to else { return }
      scratch.store(piece.extracting(from - offset..<to - offset), at: filled)
      filled &+= to &- from
    }
    copy(head, at: 0)
    copy(body, at: bodyStart)
    copy(tail, at: tailStart)
    let gathered = scratch.span
    return session.write(gathered.extracting(0..<filled))
  }

  /// Tells the peer that no more is sent.
  func sayEnd() { session.close() }

  /// Leaves the peer without an end, which it takes for a cut.
  func abandon() { session.abandon() }

  /// Whether nothing has come but what TLS says to itself, such as tickets.
  func isQuiet() -> Bool { session.peek() == .wantsRead }
}
