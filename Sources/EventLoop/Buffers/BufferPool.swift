public import Bytes

/// The buffers of one worker, last in, first out, so that the one given out is warm.
///
/// A connection that waits holds none: it takes one when its socket has something to read, and
/// gives it back when it is idle.
public final class BufferPool {
  /// Octets of each buffer: a head of usual size, or a good piece of content.
  public static let bufferOctets = 16 * 1024
  /// Octets of a large one, for content that streams.
  public static let largeBufferOctets = 64 * 1024

  /// Stacks, linked through the buffers.
  @Cell private var top: ByteBuffer? = nil
  @Cell private var count = 0
  @Cell private var topLarge: ByteBuffer? = nil
  @Cell private var countLarge = 0
  /// Buffers kept for reuse, of each size; more are freed. 4 MiB and 4 MiB.
  private static let kept = 256
  private static let keptLarge = 64

  public init() {}

  deinit {
    // One by one: a long chain that lets go of itself would go as deep as it is long.
    while let buffer = top { (top, buffer.next) = (buffer.next, nil) }
    while let buffer = topLarge { (topLarge, buffer.next) = (buffer.next, nil) }
  }

  public func take() -> ByteBuffer {
    guard let buffer = top else { return ByteBuffer(capacity: Self.bufferOctets) }
    top = buffer.next
    buffer.next = nil
    count &-= 1
    return buffer
  }

  public func takeLarge() -> ByteBuffer {
    guard let buffer = topLarge else { return ByteBuffer(capacity: Self.largeBufferOctets) }
    topLarge = buffer.next
    buffer.next = nil
    countLarge &-= 1
    return buffer
  }

  /// Takes `buffer` back. One of another size is freed.
  public func give(_ buffer: ByteBuffer) {
    switch buffer.capacity {
    case Self.bufferOctets where count < Self.kept:
      buffer.next = top
      top = buffer
      count &+= 1
    case Self.largeBufferOctets where countLarge < Self.keptLarge:
      buffer.next = topLarge
      topLarge = buffer
      countLarge &+= 1
    default: break
    }
  }
}
