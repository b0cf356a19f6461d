public import Bytes

/// Finds values by their names in what is no field of its own: cookies, and parameters of a query.
public enum NamedValue {
  /// The value of the first cookie called `name` in a value of `Cookie` (RFC 6265 §4.2.1), without
  /// quotes around it; nil if there is none.
  public static func cookie(_ name: Span<UInt8>, in field: Span<UInt8>) -> ByteRange? {
    var start = 0
    while start < field.count {
      let end = field.end(ofPartAt: start, before: .semicolon)
      let pair = field.trimmed(start..<end)
      if let value = field.value(of: name, in: pair) { return ByteRange(field.unquoted(value)) }
      start = end + 1
    }
    return nil
  }

  /// The value of the first parameter called `name` in a query, as it is written, percent-encoding
  /// and all; nil if there is none.
  ///
  /// - Parameter query: With its question mark, or without.
  public static func parameter(_ name: Span<UInt8>, in query: Span<UInt8>) -> ByteRange? {
    var start = !query.isEmpty && query[0] == .question ? 1 : 0
    while start < query.count {
      let end = query.end(ofPartAt: start, before: UInt8(ascii: "&"))
      if let value = query.value(of: name, in: start..<end) { return ByteRange(value) }
      start = end + 1
    }
    return nil
  }
}

extension Span<UInt8> {
  fileprivate func end(ofPartAt start: Int, before separator: UInt8) -> Int {
    var end = start
    while end < count, self[end] != separator { end += 1 }
    return end
  }

  /// What follows `name=` in `pair`, if that is how it begins.
  fileprivate func value(of name: Span<UInt8>, in pair: Range<Int>) -> Range<Int>? {
    let equals = pair.lowerBound + name.count
    guard equals < pair.upperBound, self[equals] == .equals,
      extracting(pair.lowerBound..<equals).equals(name)
    else { return nil }
    return equals + 1..<pair.upperBound
  }

  fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, self[start].isWhitespace { start += 1 }
    while end > start, self[end - 1].isWhitespace { end -= 1 }
    return start..<end
  }

  fileprivate func unquoted(_ range: Range<Int>) -> Range<Int> {
    let isQuoted =
      range.count >= 2 && self[range.lowerBound] == .doubleQuote
      && self[range.upperBound - 1] == .doubleQuote
    return isQuoted ? range.lowerBound + 1..<range.upperBound - 1 : range
  }
}
