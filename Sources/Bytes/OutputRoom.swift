/// Memory at the end of an ``OutputBuffer`` that is written from front to back, lent for the call of a closure.
@safe public struct OutputRoom: ~Copyable {
  /// Where the next octet goes to.
  @usableFromInline var next: UnsafeMutableRawPointer
  /// The last place where a word may be stored.
  @usableFromInline let last: UnsafeMutableRawPointer

  /// What is left free behind the octets asked for, so that whole words can be stored.
  @usableFromInline static let slack = 8

  /// - Precondition: There are `length` octets at `start`, at least ``slack``.
  @unsafe @usableFromInline
  init(start: UnsafeMutableRawPointer, length: Int) {
    unsafe next = start
    unsafe last = start + (length &- Self.slack)
  }

  /// Appends the lowest `length` octets of `word`, the lowest first.
  ///
  /// All eight are stored and some of them not counted, which costs less than a branch on their number.
  @inlinable @inline(__always)
  public mutating func append(_ word: UInt64, length: Int) {
    unsafe precondition(next <= last && length >= 0 && length <= 8)
    // Sound: eight octets fit at `last`, and so they do before it.
    unsafe next.storeBytes(of: word.littleEndian, as: UInt64.self)
    unsafe next += length
  }
}
