import Bytes
import HTTPSemantics

/// Reads a request line from its first octet to its CRLF (RFC 9112 §3).
struct RequestLine {
  /// Octets of a method.
  private static let maxMethod = 32

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

  @inline(__always)
  private mutating func parseMethod(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    let start = position
    let limit = min(end, start &+ Self.maxMethod &+ 1)
    position = bytes.firstIndex(notIn: .token, from: start, to: limit)
    guard position &- start <= Self.maxMethod else { throw .methodTooLong }
    guard position < end else { return false }
    let byte = bytes[position]
    guard byte == .space, position > start else { throw .invalidMethod(byte) }
    head.methodBytes = ByteRange(start..<position)
    position &+= 1
    return true
  }

  @inline(__always)
  private mutating func parseTarget(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    let start = position
    position = TargetScanner.endOfPath(
      bytes, from: start, to: end, needsNormalizing: &head.pathNeedsNormalizing)
    let queryStart = position
    if position < end, bytes[position] == .question {
      position = TargetScanner.firstSpecialInQuery(bytes, from: position, to: end)
    }
    guard position < end else { return false }
    switch bytes[position] {
    case .space:
      guard position > start else { throw .emptyTarget }
      head.target = ByteRange(start..<position)
      head.query = ByteRange(queryStart..<position)
      position &+= 1
      return true
    case .carriageReturn, .lineFeed: throw position > start ? .missingVersion : .emptyTarget
    default: throw .invalidTarget(bytes[position])
    }
  }

  /// `HTTP/1.1` and CRLF.
  @inline(__always)
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
