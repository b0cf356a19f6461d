/// The lengths that keys of a table have: bits for 0...62, and one for everything longer.
///
/// It spares a look-up the hashing of candidates that cannot be in the table.
struct LengthSet: Sendable {
  private var bits: UInt64 = 0
  /// The greatest length, or -1 when there is none.
  private(set) var longest = -1

  var isEmpty: Bool { bits == 0 }

  mutating func insert(_ length: Int) {
    bits |= 1 &<< UInt64(truncatingIfNeeded: min(length, 63))
    longest = max(longest, length)
  }

  /// Whether there may be a key of this length; false is certain.
  @inline(__always)
  func mayContain(_ length: Int) -> Bool {
    length <= longest && bits &>> UInt64(truncatingIfNeeded: min(length, 63)) & 1 != 0
  }
}
