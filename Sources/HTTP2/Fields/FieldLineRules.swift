import Bytes
import HTTPSemantics

/// What every field line must keep to, in heads and in trailers (RFC 9113 §8.2).
enum FieldLineRules {
  /// `tchar` without letters in upper case (RFC 9113 §8.2.1).
  private static var lowercaseToken: ByteSet {
    ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C000_0000)
  }

  /// Checks a line that is not one of a pseudo-header field.
  ///
  /// - Returns: Whether its name is odd: one with `_` or `.`.
  @inline(__always)
  static func check(_ line: FieldLine, in bytes: Span<UInt8>) throws(StreamError) -> Bool {
    let isOdd = line.isKnownPlain ? false : try checkName(line.name, in: bytes)
    switch line.id {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade:
      throw .connectionField
    case .te where !bytes[line.value].equalsIgnoringCase("trailers"): throw .invalidTE
    default: break
    }
    try checkValue(line, in: bytes)
    return isOdd
  }

  /// - Returns: Whether the name is odd.
  private static func checkName(
    _ name: ByteRange, in bytes: Span<UInt8>
  ) throws(StreamError) -> Bool {
    let start = Int(name.start)
    let end = Int(name.end)
    var index = bytes.firstIndex(notIn: FieldLine.plainNameOctets, from: start, to: end)
    let isOdd = index < end
    if isOdd { index = bytes.firstIndex(notIn: lowercaseToken, from: index, to: end) }
    guard index == end else {
      // Only a pseudo-header field has a name that starts so; this is none that we know.
      throw bytes[start] == .colon ? .unknownPseudoField : .invalidName(bytes[index])
    }
    guard start < end else { throw .emptyName }
    return isOdd
  }

  /// No control octets, no whitespace at the ends (RFC 9113 §8.2.1).
  @inline(__always)
  static func checkValue(_ line: FieldLine, in bytes: Span<UInt8>) throws(StreamError) {
    guard line.isKnownPlain || FieldLine.isPlain(value: bytes[line.value]) else {
      throw .invalidValue
    }
  }

  /// The value of `content-length`; nil when there is none.
  static func contentLength(
    of fields: FieldSection, in bytes: Span<UInt8>
  ) throws(StreamError) -> UInt64? {
    guard fields.contains(.contentLength) else { return nil }
    guard let line = fields.only(.contentLength) else { throw .duplicateContentLength }
    guard let length = bytes[line.value].decimalValue, length <= UInt64(Int64.max) else {
      throw .invalidContentLength
    }
    return length
  }
}
