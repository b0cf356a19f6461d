import Bytes
import EventLoop

/// The content of a request as far as it has been sent, for another try.
///
/// Content that came with the head is still there and needs none. What comes later is copied here, up
/// to a limit; beyond it, the request has had its only try.
final class ContentReplay {
  enum Phase {
    /// Nothing is kept, as nothing was sent that is not still there.
    case unneeded
    case keeping
    /// There was more than the limit.
    case overflown
  }

  private(set) var phase = Phase.unneeded
  /// What is kept: the first ``count`` octets.
  private(set) var buffer: ByteBuffer?
  private(set) var count = 0
  private var limit = 0

  /// Begins to keep content.
  ///
  /// - Parameter limit: Octets that may be kept; 0: none.
  func begin(limit: Int, from pool: BufferPool) {
    guard limit > 0 else { return phase = .overflown }
    self.limit = limit
    phase = .keeping
    count = 0
    buffer =
      limit <= BufferPool.largeBufferOctets ? pool.takeLarge() : ByteBuffer(capacity: limit)
  }

  /// Keeps one more piece, if there is room for all of it.
  func keep(_ range: Range<Int>, of source: ByteBuffer, pool: BufferPool) {
    guard phase == .keeping, let buffer else { return }
    guard range.count <= limit - count else {
      release(to: pool)
      return phase = .overflown
    }
    if range.isEmpty { return }
    source.copy(range, to: buffer, at: count)
    count += range.count
  }

  /// Forgets everything.
  func end(pool: BufferPool) {
    release(to: pool)
    phase = .unneeded
  }

  private func release(to pool: BufferPool) {
    if let buffer { pool.give(buffer) }
    buffer = nil
    count = 0
  }
}
