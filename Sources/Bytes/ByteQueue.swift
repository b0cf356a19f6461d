/// Octets that come in at the end and leave at the start, and always lie in one piece.
///
/// A ring would have pieces that wrap around; here the octets are moved to the front when the end
/// of the memory is reached, at most three octets for each one that was appended. The memory is
/// allocated by the first octet, grows by doubling, and is at most 2⅔ times what the queue ever
/// held, or 256 octets.
@safe public struct ByteQueue: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  private var start = 0
  private var end = 0

  public init() { unsafe base = nil }

  deinit { unsafe base?.deallocate() }

  /// Octets in the queue.
  public var count: Int { end &- start }

  /// The octets in the queue, the oldest first.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get {
      // Sound: the octets from `start` to `end` are initialised, and changing needs exclusive
      // access.
      let queued = unsafe Span<UInt8>(
        _unsafeElements: UnsafeBufferPointer(start: base.map { unsafe $0 + start }, count: count))
      return unsafe _overrideLifetime(queued, borrowing: self)
    }
  }

  /// Adds `bytes` at the end.
  public mutating func append(_ bytes: Span<UInt8>) {
    let length = bytes.count
    guard length > 0, let free = unsafe reserve(length) else { return }
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      // Sound: `reserve` made room for `length` octets at `free`.
      unsafe free.update(from: first, count: length)
    }
  }

  /// Adds `bytes` at the end, with `A` to `Z` turned into `a` to `z`.
  public mutating func append(lowercasing bytes: Span<UInt8>) {
    guard let free = unsafe reserve(bytes.count) else { return }
    // Sound: `reserve` made room for that many octets at `free`.
    for index in bytes.indices { unsafe free[index] = bytes[index].lowercased }
  }

  /// Takes the oldest `length` octets out.
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count)
    start &+= length
    if start == end { (start, end) = (0, 0) }
  }

  /// Gives up memory beyond what is in the queue.
  public mutating func releaseMemory() {
    guard count < capacity else { return }
    move(to: count)
  }

  /// Counts `length` more octets in, and returns where they are to be written.
  private mutating func reserve(_ length: Int) -> UnsafeMutablePointer<UInt8>? {
    if length > capacity &- end { makeRoom(for: length) }
    defer { end &+= length }
    return unsafe base.map { unsafe $0 + end }
  }

  @inline(never)
  private mutating func makeRoom(for length: Int) {
    let live = count
    var needed = capacity
    // A quarter stays free after octets were moved, so that the next move is not near.
    while live + length > needed / 4 * 3 { needed = max(256, needed * 2) }
    if needed > capacity {
      move(to: needed)
    } else if let base = unsafe base {
      // Sound: both stretches lie in the memory; `update` allows that they overlap.
      unsafe base.update(from: base + start, count: live)
      (start, end) = (0, live)
    }
  }

  /// Moves the octets to memory of another size, in which they fit.
  private mutating func move(to newCapacity: Int) {
    let live = count
    let old = unsafe base
    unsafe base = newCapacity > 0 ? .allocate(capacity: newCapacity) : nil
    // Sound: `live` octets fit, and the new memory is another one.
    if let old = unsafe old { unsafe base?.initialize(from: old + start, count: live) }
    unsafe old?.deallocate()
    capacity = newCapacity
    (start, end) = (0, live)
  }
}
