import Bytes
import EventLoop

/// The content of a request as far as it has been sent, for another try.
///
/// Content that came with the head is still there and needs none. What comes later is copied here,
/// up to a limit; beyond it, the request has had its only try.
final class ContentReplay {
  enum Phase {
    /// Nothing is kept, as nothing was sent that is not still there.
    case unneeded
    case keeping
    /// There was more than the limit.
    case overflown
  }

  private(set) var phase = Phase.unneeded
  /// What is kept: the first ``count`` octets. nil while that is nothing.
  private(set) var buffer: ByteBuffer?
  private(set) var count = 0
  private var limit = 0

  /// Begins to keep content.
  ///
  /// - Parameter limit: Octets that may be kept; 0: none.
  func begin(limit: Int) {
    self.limit = limit
    phase = limit > 0 ? .keeping : .overflown
  }

  /// Keeps one more piece, if there is room for all of it.
  func keep(_ range: Range<Int>, of source: ByteBuffer, pool: BufferPool) {
    guard phase == .keeping else { return }
    guard range.count <= limit - count else {
      release(to: pool)
      return phase = .overflown
    }
    if range.isEmpty { return }
    source.copy(range, to: buffer(for: count + range.count, from: pool), at: count)
    count += range.count
  }

  /// A buffer for so many octets in all, with those in it that are kept: most are few, and a burst
  /// of requests must not take a large buffer each.
  private func buffer(for octets: Int, from pool: BufferPool) -> ByteBuffer {
    if let buffer, octets <= buffer.capacity { return buffer }
    let larger =
      switch octets {
      case ...BufferPool.bufferOctets: pool.take()
      case ...BufferPool.largeBufferOctets: pool.takeLarge()
      default: ByteBuffer(capacity: limit)
      }
    if let buffer {
      buffer.copy(0..<count, to: larger)
      pool.give(buffer)
    }
    buffer = larger
    return larger
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
