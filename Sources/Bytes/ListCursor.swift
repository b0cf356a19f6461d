/// Walks the members of a comma-separated list (RFC 9110 §5.6.1) without copying them.
///
/// Empty members are skipped and the whitespace around a member is left out. A comma inside of a
/// quoted-string is not seen as such: use it for lists of tokens.
public struct ListCursor: Sendable {
  @usableFromInline var position: Int
  @usableFromInline let end: Int

  /// - Parameter range: Where the list stands in the span that ``next(in:)`` is given.
  @inlinable
  public init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  @inlinable
  public init(_ range: ByteRange) { self.init(range.range) }

  /// The next member that is not empty, or nil at the end of the list.
  @inlinable
  public mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
    while position < end {
      let comma = bytes.firstIndex(of: .comma, from: position, to: end)
      let member = bytes.trimmingWhitespace(position..<comma)
      position = comma &+ 1
      if !member.isEmpty { return member }
    }
    return nil
  }
}
