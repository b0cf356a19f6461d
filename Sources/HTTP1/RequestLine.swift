import Bytes
import HTTPSemantics

/// Reads a request line from its first octet to its CRLF (RFC 9112 §3).
struct RequestLine {
  /// Octets of a method.
  private static let maxMethod = 32

  /// What a target is made of, without the octets that mean something to us: `#`, `?`, `%`, `.` and
  /// the backslash. Wider than RFC 3986: browsers send `|`, `{` and others as they are.
  private static var plainTarget: ByteSet {
    ByteSet(low: 0x7FFF_BFD6_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)
  }

  /// The octet to be read next; after the line, the one past it.
  private(set) var position: Int
  /// Where what has arrived, or what a line may have, ends.
  let end: Int

  init(start: Int, end: Int) {
    position = start
    self.end = end
  }

  /// - Returns: Whether the line is whole.
  mutating func parse(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    guard try parseMethod(bytes, into: &head), try parseTarget(bytes, into: &head),
      try parseVersion(bytes, into: &head)
    else { return false }
    head.method = Method(bytes[head.methodBytes])
    switch head.method {
    case .connect, .trace: throw .methodNotAllowed
    case .get, .head, .post, .put, .delete, .options, .patch, .other: break
    }
    try head.interpretTarget(bytes)
    return true
  }

  private mutating func parseMethod(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    let start = position
    while position < end {
      let byte = bytes[position]
      guard ByteSet.token.contains(byte) else {
        guard byte == .space, position > start else { throw .invalidMethod(byte) }
        head.methodBytes = ByteRange(start..<position)
        position &+= 1
        return true
      }
      position &+= 1
      guard position &- start <= Self.maxMethod else { throw .methodTooLong }
    }
    return false
  }

  private mutating func parseTarget(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    let start = position
    var queryStart: Int?
    while true {
      position = bytes.firstIndex(notIn: Self.plainTarget, from: position, to: end)
      guard position < end else { return false }
      let byte = bytes[position]
      switch byte {
      case .space:
        guard position > start else { throw .emptyTarget }
        head.target = ByteRange(start..<position)
        head.query = ByteRange((queryStart ?? position)..<position)
        position &+= 1
        return true
      case .question: queryStart = queryStart ?? position
      case .percent, .backslash:
        head.pathNeedsNormalizing = head.pathNeedsNormalizing || queryStart == nil
      case .period:
        // Only a segment that starts with a dot can be a dot segment.
        if queryStart == nil, position > start, bytes[position &- 1] == .slash {
          head.pathNeedsNormalizing = true
        }
      case .carriageReturn, .lineFeed:
        throw position > start ? .missingVersion : .emptyTarget
      default: throw .invalidTarget(byte)
      }
      position &+= 1
    }
  }

  /// `HTTP/1.1` and CRLF.
  private mutating func parseVersion(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    switch HTTPVersion.read(bytes, from: position, to: end) {
    case .incomplete: return false
    case .invalid: throw .invalidVersion
    case .version(let major, let minor):
      let start = position &+ HTTPVersion.length
      guard start < end else { return false }
      guard bytes[start] == .carriageReturn else {
        throw bytes[start] == .lineFeed ? .field(.bareLF) : .invalidVersion
      }
      guard start &+ 1 < end else { return false }
      guard bytes[start &+ 1] == .lineFeed else { throw .field(.bareCR) }
      guard major == 1 else { throw .unsupportedVersion }
      head.minorVersion = min(minor, 1)
      position = start &+ 2
      return true
    }
  }
}
