import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The receiving half of a connection: octets from the transport and, for HTTP/1.1, the content of
/// the message that they carry.
///
/// It holds a buffer only while there is something in it, or while a message is being read.
final class MessageInput {
  let transport: Transport
  private let buffers: BufferPool
  /// Leased from the worker.
  @Cell private(set) var buffer: ByteBuffer?
  /// What has been received and not been read yet: offsets into `buffer`.
  @Cell private(set) var unread = 0..<0
  /// Octets at the buffer's start that must stay: a head that is still referred to.
  @Cell private var pinned = 0
  /// The buffer with the pinned head, once content is read into another.
  @Cell private var headBuffer: ByteBuffer?
  private var decoder: BodyDecoder {
    _read { yield decoderSlot.value }
    _modify { yield &decoderSlot.value }
  }
  private let decoderSlot = Slot(BodyDecoder(.none))
  /// Whether content was read that did not come with the head, so that it is not here any more.
  @Cell private(set) var hasRefilled = false

  /// Content of at least this size is read into large buffers.
  private static let largeContent: UInt64 = 16 * 1024
  /// Less room than this is not worth a system call.
  private static let leastRoom = 4096

  init(_ transport: Transport, buffers: BufferPool) {
    self.transport = transport
    self.buffers = buffers
  }

  deinit { release() }

  /// Gives the buffers back. What is unread is lost.
  func release() {
    if let buffer = _buffer.exchange(nil) { buffers.give(buffer) }
    if let headBuffer = _headBuffer.exchange(nil) { buffers.give(headBuffer) }
    unread = 0..<0
    pinned = 0
  }

  /// Gives the buffer back if nothing is in it.
  func releaseIfEmpty() {
    if unread.isEmpty { release() }
  }

  // MARK: Heads

  /// Receives more octets of a head after those that are unread.
  ///
  /// - Parameter limit: Octets that a head may have; the buffer grows up to it.
  /// - Returns: false at the end of the stream.
  func receiveHead(limit: Int, until deadline: Instant) async throws(TransportError) -> Bool {
    let buffer = makeRoom(limit: limit)
    let count = try await transport.read(into: buffer, from: unread.upperBound, until: deadline)
    unread = unread.lowerBound..<unread.upperBound + count
    return count > 0
  }

  /// As ``receiveHead(limit:until:)``, of what is there already.
  func tryReceiveHead(limit: Int) -> Transport.ReadResult {
    // Before a buffer is leased for nothing.
    guard transport.isReadable else { return .wouldBlock }
    let result = transport.tryRead(into: makeRoom(limit: limit), from: unread.upperBound)
    if case .octets(let count) = result {
      unread = unread.lowerBound..<unread.upperBound + count
    } else {
      releaseIfEmpty()
    }
    return result
  }

  /// A buffer with room after the unread octets.
  private func makeRoom(limit: Int) -> ByteBuffer {
    guard let current = buffer else {
      let fresh = buffers.take()
      buffer = fresh
      unread = 0..<0
      return fresh
    }
    if unread.isEmpty { unread = 0..<0 }
    if current.capacity - unread.upperBound > 0 { return current }
    if unread.lowerBound > 0 {
      current.move(unread, to: 0)
      unread = 0..<unread.count
      return current
    }
    // The parser refuses a head over the limit, so the buffer never has to grow past it.
    let larger = ByteBuffer(capacity: max(limit, current.capacity) + Self.leastRoom)
    current.copy(unread, to: larger)
    buffers.give(current)
    buffer = larger
    return larger
  }

  /// Takes `count` octets as read.
  func consume(_ count: Int) { unread = unread.lowerBound + count..<unread.upperBound }

  // MARK: Content

  /// Begins the content that follows a head.
  ///
  /// - Parameters:
  ///   - framing: Of the message.
  ///   - headOctets: The head's size. The head is consumed.
  ///   - pinningHead: Whether its octets stay where they are until ``endMessage()``, since somebody
  ///     refers to them.
  func beginContent(_ framing: MessageFraming, after headOctets: Int, pinningHead: Bool) {
    consume(headOctets)
    decoder.restart(framing)
    pinned = pinningHead ? unread.lowerBound : 0
    hasRefilled = false
    if case .length(let length) = framing {
      expectsMuch = length > Self.largeContent
    } else {
      expectsMuch = framing != .none
    }
  }

  /// Goes back to the beginning of the content.
  ///
  /// - Parameters:
  ///   - start: What was unread after the head.
  ///   - framing: Of the message.
  /// - Precondition: ``hasRefilled`` is false.
  func rewindContent(to start: Range<Int>, framing: MessageFraming) {
    decoder.restart(framing)
    // A wait for more, in vain, may have begun another buffer; what came is beside the head.
    if let headBuffer, let buffer {
      buffers.give(buffer)
      self.buffer = headBuffer
      self.headBuffer = nil
    }
    pinned = start.lowerBound
    unread = start
  }

  @Cell private var expectsMuch = false

  enum Content: Equatable {
    /// A piece of content, as offsets into ``buffer``; valid until the next call.
    case piece(Range<Int>)
    /// Nothing more is here yet.
    case none
    case end
  }

  /// The content that is here already, in one piece.
  func nextContent() throws(BodyError) -> Content {
    guard let buffer else {
      var position = 0
      return try decoder.next(in: Span(), at: &position) == .end ? .end : .none
    }
    var position = unread.lowerBound
    let bytes = buffer.span.extracting(0..<unread.upperBound)
    var piece: Range<Int>?
    defer { unread = position..<unread.upperBound }
    while true {
      switch try decoder.next(in: bytes, at: &position) {
      case .needMoreBytes: return piece.map { .piece($0) } ?? .none
      case .end:
        // The decoder says so again when the piece has been dealt with.
        return piece.map { .piece($0) } ?? .end
      case .data(let range):
        // Pieces of a chunked body are moved together, so that they go on as one.
        guard let first = piece else {
          piece = range
          continue
        }
        buffer.move(range, to: first.upperBound)
        piece = first.lowerBound..<first.upperBound + range.count
      }
    }
  }

  /// Receives more octets of the content.
  ///
  /// - Precondition: The last piece is not needed any more.
  /// - Returns: false at the end of the stream.
  func receiveContent(until deadline: Instant) async throws(TransportError) -> Bool {
    let buffer = makeContentRoom()
    let count = try await transport.read(into: buffer, from: unread.upperBound, until: deadline)
    unread = unread.lowerBound..<unread.upperBound + count
    hasRefilled = true
    return count > 0
  }

  // MARK: Tunnels

  /// From here on all that comes is content, until the end of the stream. The head that came before
  /// may not be referred to any longer.
  func beginTunnel() {
    decoder.restart(.untilClose)
    pinned = 0
    expectsMuch = true
  }

  /// As ``receiveContent(until:)``, but no buffer is held while nothing comes: a tunnel may be
  /// silent for hours.
  func receiveTunnelled(until deadline: Instant) async throws(TransportError) -> Bool {
    releaseIfEmpty()
    try await transport.waitUntilReadable(until: deadline)
    return try await receiveContent(until: deadline)
  }

  private func makeContentRoom() -> ByteBuffer {
    guard let current = buffer else {
      let fresh = expectsMuch ? buffers.takeLarge() : buffers.take()
      buffer = fresh
      unread = 0..<0
      pinned = 0
      return fresh
    }
    let isSmall = current.capacity < BufferPool.largeBufferOctets
    if expectsMuch, isSmall || current.capacity - pinned < Self.leastRoom {
      return moveToLargeBuffer(from: current)
    }
    if unread.isEmpty { unread = pinned..<pinned }
    if current.capacity - unread.upperBound >= Self.leastRoom { return current }
    if unread.lowerBound > pinned {
      current.move(unread, to: pinned)
      unread = pinned..<pinned + unread.count
    }
    return current.capacity > unread.upperBound ? current : moveToLargeBuffer(from: current)
  }

  private func moveToLargeBuffer(from current: ByteBuffer) -> ByteBuffer {
    let large = buffers.takeLarge()
    current.copy(unread, to: large)
    unread = 0..<unread.count
    if pinned > 0, headBuffer == nil { headBuffer = current } else { buffers.give(current) }
    pinned = 0
    buffer = large
    return large
  }

  /// The stream has ended: is the content complete?
  func receivedEndOfStream() throws(BodyError) { try decoder.receivedEndOfStream() }

  var isContentComplete: Bool { decoder.isComplete }

  /// The trailer section of the content, once it has ended.
  var trailers: TrailerSection? { decoder.trailers }

  /// The message is over: its head need not stay any longer.
  func endMessage() {
    pinned = 0
    if let headBuffer = _headBuffer.exchange(nil) { buffers.give(headBuffer) }
    releaseIfEmpty()
  }
}
