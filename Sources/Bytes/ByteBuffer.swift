/// A fixed stretch of heap memory that a connection reads into.
///
/// It never moves and never grows, so a span of it stays valid as long as the object lives.
/// Bind the buffer to a local `let` before taking a span of it: the compiler ties the span to that.
@safe public final class ByteBuffer {
  @usableFromInline let base: UnsafeMutableRawPointer
  /// Octets that the buffer holds.
  public let capacity: Int

  public init(capacity: Int) {
    // Little ones are many, and lie closer without.
    unsafe base = .allocate(byteCount: capacity, alignment: capacity < 4096 ? 16 : 64)
    self.capacity = capacity
    // Not left uninitialised: a span promises initialised memory, and pages come in lazily anyway
    // only for large buffers. Done once per buffer, and buffers are pooled.
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// All octets of the buffer, written or not.
  public var span: Span<UInt8> {
    @inlinable @_lifetime(borrow self) get {
      // Sound: `base` has `capacity` initialised octets until deinit, and self outlives the span.
      let all = unsafe Span<UInt8>(
        _unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: capacity)
      return unsafe _overrideLifetime(all, borrowing: self)
    }
  }

  /// The memory itself, for system calls.
  ///
  /// The pointer is valid for the call of `body` only.
  @inlinable
  public func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    unsafe body(UnsafeMutableRawBufferPointer(start: base, count: capacity))
  }

  /// Moves the octets of `range` so that they begin at `offset`.
  public func move(_ range: Range<Int>, to offset: Int) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    precondition(offset >= 0 && offset <= capacity - range.count)
    // Sound: both ends were checked; memmove allows overlap.
    unsafe (base + offset).copyMemory(from: base + range.lowerBound, byteCount: range.count)
  }

  /// Copies `octets` in, from `offset` on.
  public func store(_ octets: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && octets.count <= capacity - offset)
    // Sound: both ends were checked; memmove allows that the octets are our own.
    unsafe octets.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Copies the octets of `range` into `other`, so that they begin at `offset`.
  public func copy(_ range: Range<Int>, to other: ByteBuffer, at offset: Int = 0) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
    precondition(offset >= 0 && offset <= other.capacity - range.count && other !== self)
    // Sound: both ends were checked, and two buffers never share memory.
    unsafe (other.base + offset).copyMemory(
      from: base + range.lowerBound, byteCount: range.count)
  }

  /// Copies `bytes` into this buffer, at its start.
  public func copy(_ bytes: Span<UInt8>) {
    precondition(bytes.count <= capacity)
    // Sound: the end was checked, and the span is borrowed for the whole call.
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe base.copyMemory(from: start, byteCount: source.count)
    }
  }
}
