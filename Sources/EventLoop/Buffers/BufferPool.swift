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

  private let free = Slot<[ByteBuffer]>([])
  private let freeLarge = Slot<[ByteBuffer]>([])
  /// Buffers kept for reuse, of each size; more are freed. 4 MiB and 4 MiB.
  private static let kept = 256
  private static let keptLarge = 64

  public init() {}

  public func take() -> ByteBuffer {
    free.value.popLast() ?? ByteBuffer(capacity: Self.bufferOctets)
  }

  public func takeLarge() -> ByteBuffer {
    freeLarge.value.popLast() ?? ByteBuffer(capacity: Self.largeBufferOctets)
  }

  /// Takes `buffer` back. One of another size is freed.
  public func give(_ buffer: consuming ByteBuffer) {
    switch buffer.capacity {
    case Self.bufferOctets where free.value.count < Self.kept: free.value.append(buffer)
    case Self.largeBufferOctets where freeLarge.value.count < Self.keptLarge:
      freeLarge.value.append(buffer)
    default: break
    }
  }
}
