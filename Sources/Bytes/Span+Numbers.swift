extension Span where Element == UInt8 {
  /// The number that these octets write as `1*DIGIT`; nil for any other text.
  ///
  /// Leading zeros are allowed. A number of 2⁶⁴ or more is nil too: ``isDecimal`` tells the two
  /// apart.
  public var decimalValue: UInt64? {
    guard count > 0 else { return nil }
    var value: UInt64 = 0
    for index in indices {
      let byte = self[index]
      guard byte.isDigit else { return nil }
      let (shifted, tooLong) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = shifted.addingReportingOverflow(UInt64(byte &- .zero))
      guard !tooLong, !tooLarge else { return nil }
      value = sum
    }
    return value
  }

  /// Whether these octets are `1*DIGIT`.
  public var isDecimal: Bool {
    for index in indices where !self[index].isDigit { return false }
    return count > 0
  }
}
