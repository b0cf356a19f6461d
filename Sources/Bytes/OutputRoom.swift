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

  /// Appends a literal, by a few stores of constants.
  @inlinable @inline(__always)
  public mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    claim(length)
    // Sound: `length` octets have room, as just checked, and a literal has its octets for ever.
    unsafe next.copyMemory(from: text.utf8Start, byteCount: length)
    unsafe next += length
  }

  @inlinable @inline(__always)
  public mutating func append(_ byte: UInt8) { append(UInt64(byte), length: 1) }

  /// Appends `value` as decimal digits, without leading zeros: up to 20 octets.
  @inlinable
  public mutating func append(decimal value: UInt64) {
    guard value >= 100_000_000 else { return appendShort(value, atLeast: 1) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    append(decimal: high)
    appendShort(low, atLeast: 8)
  }

  /// Up to eight digits are one word.
  @inlinable @inline(__always)
  mutating func appendShort(_ value: UInt64, atLeast digits: Int) {
    var (word, length, rest) = (UInt64(0), 0, value)
    repeat {
      word = word &<< 8 | (rest % 10 &+ 0x30)
      rest /= 10
      length &+= 1
    } while rest > 0 || length < digits
    append(word, length: length)
  }

  @inlinable @inline(__always)
  func claim(_ length: Int) {
    unsafe precondition(length <= last - next &+ Self.slack)
  }
}
