public import Synchronization

/// A bounded queue of records between two threads: one writes them, one reads them where they lie.
/// A record is a head of one type, and octets that go with it.
///
/// Neither thread waits for the other, and nothing is allocated after the beginning. A record that
/// finds no room is refused as a whole.
@safe public final class RecordRing<Head: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Why it is Sendable: the memory between `taken` and `written` belongs to the reading thread, the
  // rest to the writing thread. Each end is moved by its own thread only, by a releasing store
  // after it is done with the memory, and read by the other one with an acquiring load before it
  // begins; so no octet is ever accessed by both at a time. Both ends count up for ever and differ
  // by at most `capacity`. The contract that this rests on is the callers': one thread writes, one
  // reads.
  //
  // A record is a word with the number of its octets, its head, and the octets, in whole words. It
  // is never cut by the end of the memory; before one that would be, `skip` stands instead.

  @usableFromInline let base: UnsafeMutableRawPointer
  /// Octets that the queue can hold, what it needs for itself included: a power of two.
  public let capacity: Int
  /// Octets ever written.
  @usableFromInline let written = Atomic<Int>(0)
  /// Keeps the two ends on different cache lines, so that the threads do not fight for one.
  private let padding = InlineArray<16, UInt64>(repeating: 0)
  /// Octets ever taken.
  @usableFromInline let taken = Atomic<Int>(0)

  /// What stands for the number of octets where the next record is at the beginning of the memory.
  @inlinable static var skip: Int { -1 }
  /// Octets before those of the record.
  @inlinable static var prefix: Int { 8 &+ wholeWords(MemoryLayout<Head>.size) }
  @inlinable static func wholeWords(_ octets: Int) -> Int { (octets &+ 7) & ~7 }

  /// - Parameter capacity: At least so many octets, at most 2^30; rounded up to a power of two.
  public init(capacity: Int) {
    precondition(MemoryLayout<Head>.alignment <= 8)
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

  /// Adds a record, if there is room for all of it; else adds nothing and returns false.
  ///
  /// The writing thread only.
  @inlinable
  public func write(_ head: Head, _ octets: Span<UInt8>) -> Bool {
    let length = Self.prefix &+ Self.wholeWords(octets.count)
    let end = written.load(ordering: .relaxed)
    let offset = end & (capacity &- 1)
    let skipped = length > capacity &- offset ? capacity &- offset : 0
    let free = capacity &- (end &- taken.load(ordering: .acquiring))
    guard length <= free &- skipped else { return false }
    // Sound: what is skipped is one word at least, since all offsets are whole words.
    if skipped > 0 { unsafe base.storeBytes(of: Self.skip, toByteOffset: offset, as: Int.self) }
    let place = unsafe skipped > 0 ? base : base + offset
    // Sound: `length` octets from there lie in the memory and are free, hence this thread's; the
    // head's place is aligned to words.
    unsafe place.storeBytes(of: octets.count, as: Int.self)
    unsafe (place + 8).initializeMemory(as: Head.self, to: head)
    unsafe octets.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (place + Self.prefix).copyMemory(from: start, byteCount: source.count)
    }
    written.store(end &+ skipped &+ length, ordering: .releasing)
    return true
  }

  /// Hands records that wait to `body`, in their order, until some `limit` octets of memory are
  /// free again or none is left. What `body` is lent is gone after its call.
  ///
  /// The reading thread only.
  ///
  /// - Returns: How many octets of memory that were; 0 when nothing waits.
  @inlinable
  @discardableResult
  public func take(upTo limit: Int = .max, _ body: (Head, Span<UInt8>) -> Void) -> Int {
    let start = taken.load(ordering: .relaxed)
    let end = written.load(ordering: .acquiring)
    var position = start
    while position != end, position &- start < limit {
      let offset = position & (capacity &- 1)
      // Sound: all up to `end` was written by `write` before it stored `written`, in this form, and
      // is this thread's until `taken` is stored.
      let count = unsafe base.load(fromByteOffset: offset, as: Int.self)
      guard count != Self.skip else {
        position &+= capacity &- offset
        continue
      }
      let head = unsafe (base + (offset &+ 8)).assumingMemoryBound(to: Head.self)
      let octets = unsafe (base + (offset &+ Self.prefix)).assumingMemoryBound(to: UInt8.self)
      unsafe body(head.pointee, Span(_unsafeStart: octets, count: count))
      position &+= Self.prefix &+ Self.wholeWords(count)
    }
    taken.store(position, ordering: .releasing)
    return position &- start
  }
}
