import Bytes

extension StreamPriority {
  /// Applies the value of a `priority` field, or of PRIORITY_UPDATE (RFC 9218 §4): a dictionary in
  /// which only `u` and `i` have a meaning.
  ///
  /// What is malformed is passed over, as the RFC asks for.
  mutating func apply(_ value: Span<UInt8>) {
    var cursor = ListCursor(0..<value.count)
    while let member = cursor.next(in: value) {
      let semicolon = value.firstIndex(
        of: .semicolon, from: member.lowerBound, to: member.upperBound)
      apply(member: value.extracting(value.trimmingWhitespace(member.lowerBound..<semicolon)))
    }
  }

  private mutating func apply(member: Span<UInt8>) {
    if member.equals("i") || member.equals("i=?1") {
      isIncremental = true
    } else if member.equals("i=?0") {
      isIncremental = false
    } else if member.count == 3, member[0] == 0x75, member[1] == .equals {
      let urgency = member[2] &- .zero
      if urgency <= 7 { self.urgency = urgency }
    }
  }
}
