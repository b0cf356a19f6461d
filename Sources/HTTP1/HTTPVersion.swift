import Bytes

/// `HTTP-version` (RFC 9112 §2.3): `HTTP/` DIGIT `.` DIGIT, in exactly this case.
enum HTTPVersion: Equatable {
  case version(major: UInt8, minor: UInt8)
  /// Right as far as it goes.
  case incomplete
  case invalid

  /// Octets of every version.
  static let length = 8

  @inline(__always)
  static func read(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> HTTPVersion {
    if end &- start >= length {
      let text = bytes.extracting(start..<(start &+ length))
      if text.equals("HTTP/1.1") { return .version(major: 1, minor: 1) }
    }
    let pattern: StaticString = "HTTP/0.0"
    var index = 0
    while index < length {
      guard start &+ index < end else { return .incomplete }
      let byte = bytes[start &+ index]
      let expected = pattern.octet(at: index)
      guard expected == .zero ? byte.isDigit : byte == expected else { return .invalid }
      index &+= 1
    }
    return .version(major: bytes[start &+ 5] &- .zero, minor: bytes[start &+ 7] &- .zero)
  }
}
