/// A range of octet offsets into some buffer, half the size of a `Range<Int>`.
///
/// Offsets fit 32 bits because no buffer that is addressed this way grows past 4 GiB.
public struct ByteRange: BitwiseCopyable, Equatable, Hashable, Sendable {
  public var start: UInt32
  public var end: UInt32

  /// The empty range at 0.
  public init() { (start, end) = (0, 0) }

  public init(start: UInt32, end: UInt32) { (self.start, self.end) = (start, end) }

  public init(_ range: Range<Int>) {
    start = UInt32(truncatingIfNeeded: range.lowerBound)
    end = UInt32(truncatingIfNeeded: range.upperBound)
  }

  public var count: Int { Int(end) - Int(start) }
  public var isEmpty: Bool { start == end }
  public var range: Range<Int> { Int(start)..<Int(end) }
}

extension Span where Element == UInt8 {
  /// The part of this span that `range` names.
  @inlinable
  public subscript(_ range: ByteRange) -> Span<UInt8> {
    @_lifetime(copy self) get { extracting(range.range) }
  }
}
