import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// One stream of an HTTP/2 connection, to a client or a backend: what both have in common. Content
/// that comes waits here until it is read; content that goes waits until it is this stream's turn.
class HTTP2Stream {
  let state: WorkerState
  /// The connection that it is a stream of; nil while it is of none.
  @Cell final private(set) var link: HTTP2Link?
  @Cell final private(set) var slot: StreamSlot?
  /// Where the reader waits.
  final let reads: WaitPoint
  /// Where the sender waits. Made when a piece has to wait for the first time: most streams never
  /// need it.
  final var writes: WaitPoint {
    if let blockedWrites { return blockedWrites }
    let point = WaitPoint(on: state.loop)
    blockedWrites = point
    return point
  }
  @Cell final private(set) var blockedWrites: WaitPoint?
  /// Aborted when the stream fails.
  @Cell final var abortedByFailure: WaitPoint?
  @Cell final private(set) var failure: StreamFailure?
  private let contentSlot = Slot(StreamContent())
  final var content: StreamContent {
    @inline(__always) _read { yield contentSlot.value }
    @inline(__always) _modify { yield &contentSlot.value }
  }
  @Cell final var receivedTrailers: TrailerSection?

  /// Octets of the piece under way that have gone out, and that it has.
  @Cell private var sent = 0
  @Cell private var pieceOctets = 0
  @Cell private var isLastPiece = false
  @Cell private var trailersToSend: TrailerSection?
  /// Whether part of a piece is still to be sent.
  @Cell final private(set) var hasUnsent = false
  /// Whether our side of the stream has ended.
  @Cell final private(set) var hasSentEnd = false
  /// Octets that it may send, since it is its turn.
  @Cell final var grant = 0

  init(_ state: WorkerState) {
    self.state = state
    reads = WaitPoint(on: state.loop)
  }

  /// Begins to be the stream at `slot`.
  final func bind(to link: HTTP2Link, at slot: StreamSlot) {
    self.link = link
    self.slot = slot
    failure = nil
    if abortedByFailure != nil { abortedByFailure = nil }
    // To look costs less than to replace.
    if receivedTrailers != nil { receivedTrailers = nil }
    if trailersToSend != nil { trailersToSend = nil }
    (sent, grant, isLastPiece, hasUnsent, hasSentEnd) = (0, 0, false, false, false)
  }

  /// Ends being a stream; what has not ended is reset.
  final func unbind() {
    guard let slot, let link = _link.exchange(nil) else { return }
    self.slot = nil
    if content.isEmpty { content.hasEnded = false } else { content.removeAll(to: state.buffers) }
    link.release(slot)
  }

  // MARK: Receiving

  /// A head is in `engine`.
  func receivedHead(_ engine: inout HTTP2Connection) {}

  /// Content has come, or its end.
  final func received(_ range: Range<Int>, of buffer: ByteBuffer) {
    content.append(range, of: buffer, from: state.buffers)
    reads.signal()
  }

  final func receivedEnd() {
    content.hasEnded = true
    reads.signal()
  }

  /// It cannot go on: whoever waits for it is told.
  final func fail(_ failure: StreamFailure) {
    guard self.failure == nil else { return }
    self.failure = failure
    grant = 0
    abortedByFailure?.abort()
    reads.signal()
    blockedWrites?.signal()
  }

  /// The next piece of content; what the piece before took of the window, the peer gets back.
  final func nextPiece() -> MessageInput.Content {
    takeBack()
    if let range = content.lend() { return .piece(range) }
    return content.hasEnded ? .end : .none
  }

  private func takeBack() {
    let count = content.takeBack(to: state.buffers)
    guard count > 0, let link, let slot else { return }
    link.consumed(slot, count)
  }

  /// Waits until more has come, be it the end.
  final func receive(until deadline: Instant) async throws(TransportError) {
    takeBack()
    while !content.hasMore, !content.hasEnded {
      if failure != nil { throw .broken(0) }
      switch await reads.wait(until: deadline) {
      case .ready: break
      case .deadline: throw .timedOut
      case .aborted: throw .aborted
      }
    }
  }

  // MARK: Sending

  /// Sends a piece of content, and with the last one trailers.
  ///
  /// - Returns: Whether all of it is on its way; if not, ``sendMore(of:until:)`` waits for the
  ///   rest.
  final func send(
    _ piece: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(TransportError) -> Bool {
    guard let link, let slot, failure == nil else { throw .broken(0) }
    sent = 0
    pieceOctets = piece.count
    isLastPiece = isEnd
    let room = link.room(for: piece.count, isEnd: isEnd, at: slot)
    if advance(piece, isEnd ? trailers : nil, limit: room, link, slot) { return true }
    trailersToSend = isEnd ? trailers : nil
    hasUnsent = true
    link.enqueue(self)
    return false
  }

  /// Writes as much of the piece as windows and `limit` let through.
  ///
  /// - Returns: Whether that was all.
  private func advance(
    _ piece: Span<UInt8>, _ trailers: TrailerSection?, limit: Int, _ link: HTTP2Link,
    _ slot: StreamSlot
  ) -> Bool {
    let endsWithData = isLastPiece && trailers == nil
    if sent < piece.count {
      guard limit > 0 else { return false }
      let rest = piece.extracting(sent..<piece.count)
      let count = link.engine.writeData(slot, rest, endsStream: endsWithData, limit: limit)
      sent = sent &+ count
      if count > 0 { link.lastContentSent = state.loop.now }
      link.flushSoon()
      guard sent == piece.count else { return false }
    } else if endsWithData {
      link.engine.writeEnd(slot)
      link.flushSoon()
    }
    if let trailers { link.writeTrailers(trailers, slot) }
    if isLastPiece { hasSentEnd = true }
    return true
  }

  /// Waits until it may send more of the piece, and sends that.
  ///
  /// - Returns: Whether all of it is on its way.
  final func sendMore(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool {
    if grant == 0, failure == nil {
      switch await writes.wait(until: deadline) {
      case .ready: break
      case .deadline: throw .timedOut
      case .aborted: throw .aborted
      }
    }
    guard let link, let slot, failure == nil else { throw .broken(0) }
    let limit = grant
    grant = 0
    guard limit > 0 else { return false }
    if advance(piece, trailersToSend, limit: limit, link, slot) {
      hasUnsent = false
      return true
    }
    link.enqueue(self)
    return false
  }

  /// Octets of the piece under way that have gone out.
  final var sentOctets: Int { sent }

  /// Octets of it that are still to go.
  final var unsentOctets: Int { pieceOctets - sent }

  /// A head that ends the stream was written.
  final func sentEndWithHead() { hasSentEnd = true }
}
