/// Memory that a message is written into before it goes out; it grows as needed and is reused.
@safe public struct OutputBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  /// Octets written since the last ``removeAll()``.
  public private(set) var count = 0

  /// - Parameter capacity: Octets that it has room for at once. With 0 it takes no memory until
  ///   something is written.
  public init(capacity: Int = 4096) {
    unsafe base = Self.memory(of: capacity)
    self.capacity = capacity
  }

  /// A copy of what `other` holds from the offset `start` on.
  public init(copying other: borrowing OutputBuffer, from start: Int) {
    let bytes = other.span.extracting(start..<other.count)
    self.init(capacity: max(bytes.count, 16))
    append(bytes)
  }

  deinit { if capacity > 0 { unsafe base.deallocate() } }

  public var isEmpty: Bool { count == 0 }

  /// Octets that it has memory for.
  public var capacityOctets: Int { capacity }

  /// A copy of what was written so far.
  public var array: [UInt8] {
    // Sound: the first `count` octets are initialised, and all of them are copied.
    unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count))
  }

  /// What was written so far.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get {
      // Sound: the first `count` octets are initialised, and growing needs exclusive access.
      let written = unsafe Span<UInt8>(
        _unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: count)
      return unsafe _overrideLifetime(written, borrowing: self)
    }
  }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() { count = 0 }

  /// Forgets what was written past `count` octets.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
  }

  /// Writes `bytes` over what stands from `offset` on.
  ///
  /// - Precondition: As many octets have been written there.
  public mutating func overwrite(_ bytes: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && bytes.count <= count && offset <= count &- bytes.count)
    // Sound: the octets were written before, as just checked; and no span of this buffer lives
    // while it is changed.
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Forgets the first `octets` that were written, and moves the rest to the front.
  public mutating func removeFirst(_ octets: Int) {
    precondition(octets >= 0 && octets <= count)
    // Sound: both ends lie within the initialised octets; memmove allows overlap.
    unsafe base.copyMemory(from: base + octets, byteCount: count &- octets)
    count &-= octets
  }

  public mutating func append(_ bytes: Span<UInt8>) {
    let length = bytes.count
    if length == 0 { return }
    reserve(length)
    // Sound: `reserve` made room for `length` octets after `count`.
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + count).copyMemory(from: start, byteCount: length)
    }
    count &+= length
  }

  public mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    // Sound: a static string with a pointer representation has `length` octets for ever.
    unsafe (base + count).copyMemory(from: text.utf8Start, byteCount: length)
    count &+= length
  }

  public mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Appends what `body` writes, which is at most `limit` octets.
  ///
  /// For codecs that write octet by octet: room is made once, and what is written is counted once.
  @inlinable
  public mutating func append<Failure: Error>(
    upTo limit: Int, _ body: (inout OutputRoom) throws(Failure) -> Void
  ) throws(Failure) {
    let (start, length) = unsafe makeRoom(limit)
    // Sound: there is room for `length` octets at `start`, and `body` cannot keep what it is lent.
    var room = unsafe OutputRoom(start: start, length: length)
    try body(&room)
    advance(unsafe room.next - start)
  }

  /// Where the next octets go to, and how many of them have room, `limit` at least and a little
  /// more.
  @usableFromInline
  mutating func makeRoom(_ limit: Int) -> (start: UnsafeMutableRawPointer, length: Int) {
    precondition(limit >= 0)
    reserve(limit &+ OutputRoom.slack)
    return unsafe (base + count, capacity &- count)
  }

  @usableFromInline
  mutating func advance(_ length: Int) { count &+= length }

  /// Appends `name`, a colon and a space, `value`, and CRLF.
  ///
  /// In one step, because messages are mostly made of these: half the cost of four steps.
  public mutating func appendFieldLine(name: Span<UInt8>, value: Span<UInt8>) {
    let (nameLength, valueLength) = (name.count, value.count)
    let length = nameLength &+ valueLength &+ 4
    reserve(length)
    // Sound: `reserve` made room for `length` octets after `count`, all of which are written here.
    unsafe name.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (base + count).copyMemory(from: start, byteCount: nameLength)
      }
    }
    unsafe value.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (base + (count &+ nameLength &+ 2)).copyMemory(from: start, byteCount: valueLength)
      }
    }
    let colon = count &+ nameLength
    unsafe base.storeBytes(of: 0x3A, toByteOffset: colon, as: UInt8.self)
    unsafe base.storeBytes(of: 0x20, toByteOffset: colon &+ 1, as: UInt8.self)
    count &+= length
    unsafe base.storeBytes(of: 0x0D, toByteOffset: count &- 2, as: UInt8.self)
    unsafe base.storeBytes(of: 0x0A, toByteOffset: count &- 1, as: UInt8.self)
  }

  /// As ``appendFieldLine(name:value:)``.
  public mutating func appendFieldLine(name: StaticString, value: Span<UInt8>) {
    appendFieldLine(name: name.octets, value: value)
  }

  public mutating func append(_ bytes: [UInt8]) { append(bytes.span) }

  // Disfavoured, because a literal would else be taken for a String, not a StaticString.
  @_disfavoredOverload
  public mutating func append(_ text: String) { append(text.utf8.span) }

  /// Appends `value` as decimal digits, without leading zeros.
  public mutating func append(decimal value: UInt64) {
    append(upTo: 20) { room in room.append(decimal: value) }
  }

  /// Appends `value` as hexadecimal digits in lower case, without leading zeros.
  public mutating func append(hexadecimal value: UInt64) {
    var digits = InlineArray<16, UInt8>(repeating: 0)
    var rest = value
    var start = 16
    repeat {
      start &-= 1
      let digit = UInt8(truncatingIfNeeded: rest & 0xF)
      digits[start] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
      rest >>= 4
    } while rest > 0
    append(digits.span.extracting(start..<16))
  }

  /// The memory that was written, for system calls. Valid for the call of `body` only.
  @inlinable
  public borrowing func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  @inline(always)
  private mutating func reserve(_ length: Int) {
    if length > capacity &- count { grow(by: length) }
  }

  @inline(never)
  private mutating func grow(by length: Int) {
    // From nothing, to something that is worth its allocation.
    let larger = max(capacity * 2, count + length, 256)
    let moved = unsafe Self.memory(of: larger)
    unsafe moved.copyMemory(from: base, byteCount: count)
    if capacity > 0 { unsafe base.deallocate() }
    unsafe base = moved
    capacity = larger
  }

  private static func memory(of capacity: Int) -> UnsafeMutableRawPointer {
    // Sound: nothing is ever read or written at the address that stands for no memory, and it is
    // not freed.
    if capacity == 0, let nowhere = unsafe UnsafeMutableRawPointer(bitPattern: 16) {
      return unsafe nowhere
    }
    return .allocate(byteCount: capacity, alignment: 16)
  }
}
