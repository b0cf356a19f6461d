/// Memory at the end of an ``OutputBuffer`` that is written from front to back, lent for the call
/// of a closure.
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
  /// All eight are stored and some of them not counted, which costs less than a branch on their
  /// number.
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

  @inlinable
  public mutating func append(_ octets: Span<UInt8>) {
    let length = octets.count
    claim(length)
    // Sound: `length` octets have room, as just checked.
    unsafe octets.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe next.copyMemory(from: start, byteCount: length)
    }
    unsafe next += length
  }

  @inlinable @inline(__always)
  public mutating func append(_ byte: UInt8) { append(UInt64(byte), length: 1) }

  /// Appends `value` as decimal digits, without leading zeros: up to 20 octets.
  @inlinable
  public mutating func append(decimal value: UInt64) {
    if value < 10 { return append(0x30 &+ UInt8(truncatingIfNeeded: value)) }
    guard value >= 100_000_000 else { return appendShort(value, atLeast: 1) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    append(decimal: high)
    appendShort(low, atLeast: 8)
  }

  /// Appends the lowest `count` decimal digits of a `value` that has no more of them.
  ///
  /// - Precondition: `count` is at most 8.
  @inlinable
  public mutating func append(decimal value: UInt64, digits count: Int) {
    precondition(value < 100_000_000 && count <= 8)
    let word = Self.eightDigits(value) &+ 0x3030_3030_3030_3030
    append(word &>> UInt64((8 &- count) &* 8), length: count)
  }

  /// Up to eight digits are one word.
  @inlinable @inline(__always)
  mutating func appendShort(_ value: UInt64, atLeast digits: Int) {
    let word = Self.eightDigits(value)
    let zeros = min(word.trailingZeroBitCount &>> 3, 8 &- digits)
    append((word &+ 0x3030_3030_3030_3030) &>> UInt64(zeros &* 8), length: 8 &- zeros)
  }

  /// The eight decimal digits of a value below 100,000,000, the first one lowest. All of them are
  /// worked out at once, which costs as much as two of them one after the other.
  @inlinable @inline(__always)
  static func eightDigits(_ value: UInt64) -> UInt64 {
    let halves = value / 10_000 | (value % 10_000) &<< 32
    // 10486 / 2^20 is 1/100 for all below 10,000, and 103 / 2^10 is 1/10 for all below 100.
    let hundreds = (halves &* 10486) &>> 20 & 0x0000_007F_0000_007F
    let pairs = (halves &- hundreds &* 100) &<< 16 | hundreds
    let tens = (pairs &* 103) &>> 10 & 0x000F_000F_000F_000F
    return (pairs &- tens &* 10) &<< 8 | tens
  }

  @inlinable @inline(__always)
  func claim(_ length: Int) {
    unsafe precondition(length <= last - next &+ Self.slack)
  }
}
