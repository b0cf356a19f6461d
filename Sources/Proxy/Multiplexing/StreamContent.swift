import Bytes
import EventLoop

/// Content of one stream that has come and was not read yet. How much that can be, the stream's
/// flow-control window bounds.
///
/// What fits the first buffer stays there after it was read, for a second try. The content of most
/// messages fits a little one, which stays with the stream from one message to the next.
struct StreamContent {
  private struct Chunk {
    let buffer: ByteBuffer
    /// What is unread of it.
    var octets: Range<Int>
  }

  private var chunks: [Chunk] = []
  /// The little buffer, while nothing is in it.
  private var little: ByteBuffer?
  private static let littleOctets = 1024
  /// Octets of the first chunk that its reader has at the moment.
  private var lent = 0
  /// Octets that were read twice, and that the peer got back before.
  private var replayed = 0
  /// Whether all that has come is still here, from the start of the first chunk on.
  private(set) var canRewind = true
  /// Whether nothing further will come.
  var hasEnded = false

  /// What the piece that was lent is offsets into.
  var buffer: ByteBuffer? { chunks.first?.buffer }

  /// Whether what was lent is the last of it.
  var isComplete: Bool {
    guard hasEnded, chunks.count < 2 else { return false }
    return chunks.first.map { $0.octets.count == lent } ?? true
  }

  /// Whether nothing has come, but maybe the end.
  var isEmpty: Bool { chunks.isEmpty && canRewind }

  /// Whether there is something that the reader does not have yet.
  var hasMore: Bool { chunks.count > 1 || (chunks.first.map { $0.octets.count > lent } ?? false) }

  /// Octets that have come and were not given up.
  var unreadOctets: Int { chunks.reduce(0) { $0 + $1.octets.count } }

  /// Takes in the octets of `range` in `source`.
  mutating func append(_ range: Range<Int>, of source: ByteBuffer, from pool: BufferPool) {
    var rest = range
    while !rest.isEmpty {
      if chunks.count == 1 { leaveLittle(for: rest.count, from: pool) }
      let last = chunks.count - 1
      let room = last < 0 ? 0 : chunks[last].buffer.capacity - chunks[last].octets.upperBound
      guard room > 0 else {
        addChunk(for: rest.count, from: pool)
        continue
      }
      let count = min(room, rest.count)
      let end = chunks[last].octets.upperBound
      source.copy(
        rest.lowerBound..<rest.lowerBound + count, to: chunks[last].buffer, at: end)
      chunks[last].octets = chunks[last].octets.lowerBound..<end + count
      rest = rest.lowerBound + count..<rest.upperBound
    }
  }

  private mutating func addChunk(for octets: Int, from pool: BufferPool) {
    // One that was read to its end has only been kept for a second try, which is over now.
    if chunks.count == 1, chunks[0].octets.isEmpty, lent == 0 {
      give(chunks.removeFirst().buffer, to: pool)
      canRewind = false
    }
    let isFirst = canRewind && chunks.isEmpty
    let buffer = isFirst ? firstBuffer(for: octets, from: pool) : pool.takeLarge()
    chunks.append(Chunk(buffer: buffer, octets: 0..<0))
  }

  private mutating func firstBuffer(for octets: Int, from pool: BufferPool) -> ByteBuffer {
    guard octets <= Self.littleOctets else { return pool.take() }
    guard let buffer = little else { return ByteBuffer(capacity: Self.littleOctets) }
    little = nil
    return buffer
  }

  /// Moves what is in the little buffer to one of usual size, if `octets` more do not fit there.
  private mutating func leaveLittle(for octets: Int, from pool: BufferPool) {
    let (buffer, unread) = (chunks[0].buffer, chunks[0].octets)
    guard buffer.capacity == Self.littleOctets, lent == 0,
      octets > Self.littleOctets - unread.upperBound
    else { return }
    let larger = pool.take()
    buffer.copy(0..<unread.upperBound, to: larger, at: 0)
    chunks[0] = Chunk(buffer: larger, octets: unread)
    little = buffer
  }

  private mutating func give(_ buffer: ByteBuffer, to pool: BufferPool) {
    if buffer.capacity == Self.littleOctets { little = buffer } else { pool.give(buffer) }
  }

  /// Lends the next piece, as offsets into ``buffer``; nil when nothing is here.
  ///
  /// - Precondition: What was lent before has been taken back.
  mutating func lend() -> Range<Int>? {
    guard let first = chunks.first, !first.octets.isEmpty else { return nil }
    lent = first.octets.count
    return first.octets
  }

  /// Takes back what was lent: its reader is done with it.
  ///
  /// - Returns: How many octets the peer may send in their place.
  mutating func takeBack(to pool: BufferPool) -> Int {
    guard lent > 0 else { return 0 }
    let start = chunks[0].octets.lowerBound + lent
    let fresh = max(0, lent - replayed)
    replayed -= lent - fresh
    lent = 0
    chunks[0].octets = start..<chunks[0].octets.upperBound
    if chunks[0].octets.isEmpty, chunks.count > 1 || !canRewind {
      give(chunks.removeFirst().buffer, to: pool)
      canRewind = false
    }
    return fresh
  }

  /// Lends from the beginning again.
  ///
  /// - Precondition: ``canRewind``.
  mutating func rewind() {
    lent = 0
    guard let first = chunks.first else { return }
    replayed += first.octets.lowerBound
    chunks[0].octets = 0..<first.octets.upperBound
  }

  /// Forgets everything, and gives the buffers back.
  mutating func removeAll(to pool: BufferPool) {
    while let chunk = chunks.popLast() { give(chunk.buffer, to: pool) }
    (lent, replayed) = (0, 0)
    canRewind = true
    hasEnded = false
  }
}
