/// What is left of the limits of a field block that is being decoded.
struct FieldBlockRoom {
  private var octets: Int
  private var fields: Int
  /// Whether a line found no room. From then on none does, so that what is stored is a beginning.
  private(set) var isExceeded = false

  init(_ limits: FieldBlockLimits) {
    octets = limits.maxOctets
    fields = limits.maxFields
  }

  /// Whether there is room for one more line, whose name and value have so many octets; if so it is
  /// taken.
  @inline(__always)
  mutating func admit(_ lineOctets: Int) -> Bool {
    octets &-= lineOctets &+ DynamicTable.entryOverhead
    fields &-= 1
    if octets < 0 || fields < 0 { isExceeded = true }
    return !isExceeded
  }
}
