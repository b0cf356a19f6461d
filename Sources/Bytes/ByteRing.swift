import Synchronization

/// A bounded queue of octets between two threads: one writes whole pieces, one takes all there is.
///
/// Neither waits for the other, and nothing is allocated after the beginning. A piece that finds no
/// room is refused as a whole.
@safe public final class ByteRing: @unchecked Sendable {
  // Why it is Sendable: the memory between `taken` and `written` belongs to the reading thread, the
  // rest to the writing thread. Each end is moved by its own thread only, by a releasing store
  // after the copy, and read by the other one with an acquiring load before its copy; so no octet
  // is ever accessed by both at a time. Both ends count up for ever and differ by at most
  // `capacity`. The contract that this rests on is the callers': one thread writes, one reads.

  private let base: UnsafeMutableRawPointer
  /// Octets that the queue can hold: a power of two.
  public let capacity: Int
  /// Octets ever written.
  private let written = Atomic<Int>(0)
  /// Keeps the two ends on different cache lines, so that the threads do not fight for one.
  private let padding = InlineArray<16, UInt64>(repeating: 0)
  /// Octets ever taken.
  private let taken = Atomic<Int>(0)

  /// - Parameter capacity: At least so many octets, at most 2^30; rounded up to a power of two.
  public init(capacity: Int) {
    var size = 64
    while size < min(capacity, 1 << 30) { size *= 2 }
    self.capacity = size
    unsafe base = .allocate(byteCount: size, alignment: 64)
  }

  deinit { unsafe base.deallocate() }

  /// Octets that wait to be taken. A glance from any thread, old as soon as it is returned.
  public var count: Int {
    let taken = taken.load(ordering: .relaxed)
    return max(0, min(capacity, written.load(ordering: .relaxed) &- taken))
  }

  /// Adds `bytes`, if there is room for all of them; else adds nothing and returns false.
  ///
  /// The writing thread only.
  public func write(_ bytes: Span<UInt8>) -> Bool {
    let length = bytes.count
    let end = written.load(ordering: .relaxed)
    let free = capacity &- (end &- taken.load(ordering: .acquiring))
    guard length <= free else { return false }
    let offset = end & (capacity &- 1)
    let first = min(length, capacity &- offset)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      // Sound: `first` octets fit behind `offset`, the rest before it, as `length` is at most
      // `capacity`; and all of these are free, hence this thread's.
      unsafe (base + offset).copyMemory(from: start, byteCount: first)
      unsafe base.copyMemory(from: start + first, byteCount: length &- first)
    }
    written.store(end &+ length, ordering: .releasing)
    return true
  }

  /// Appends all that waits to `output`, whole pieces in their order, and returns how many octets.
  ///
  /// The reading thread only.
  public func take(into output: inout OutputBuffer) -> Int {
    let start = taken.load(ordering: .relaxed)
    let length = written.load(ordering: .acquiring) &- start
    let offset = start & (capacity &- 1)
    let first = min(length, capacity &- offset)
    // Sound: these octets were written before `written` was stored, and are this thread's until
    // `taken` is.
    let octets = unsafe base.assumingMemoryBound(to: UInt8.self)
    output.append(unsafe Span(_unsafeStart: octets + offset, count: first))
    output.append(unsafe Span(_unsafeStart: octets, count: length &- first))
    taken.store(start &+ length, ordering: .releasing)
    return length
  }
}
