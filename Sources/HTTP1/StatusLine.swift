import Bytes
import HTTPSemantics

/// Reads a status line from its first octet to its CRLF (RFC 9112 §4).
struct StatusLine {
  /// Where what has arrived, or what a line may have, ends.
  let end: Int

  /// - Returns: The offset past the line; nil when it is not whole.
  func parse(
    _ bytes: Span<UInt8>, into head: inout ResponseHead
  ) throws(ResponseError) -> Int? {
    switch HTTPVersion.read(bytes, from: 0, to: end) {
    case .incomplete: return nil
    case .invalid: throw .invalidVersion
    case .version(let major, let minor):
      guard major == 1 else { throw .unsupportedVersion }
      head.minorVersion = min(minor, 1)
    }
    let space = HTTPVersion.length
    guard space < end else { return nil }
    guard bytes[space] == .space else { throw .invalidVersion }
    guard try parseStatus(bytes, from: space &+ 1, into: &head) else { return nil }
    return try parseReason(bytes, from: space &+ 4, into: &head)
  }

  private func parseStatus(
    _ bytes: Span<UInt8>, from start: Int, into head: inout ResponseHead
  ) throws(ResponseError) -> Bool {
    var status: UInt16 = 0
    for index in start..<(start &+ 3) {
      guard index < end else { return false }
      guard bytes[index].isDigit else { throw .invalidStatus }
      status = status &* 10 &+ UInt16(bytes[index] &- .zero)
    }
    guard 100...599 ~= status else { throw .invalidStatus }
    head.status = status
    return true
  }

  /// The reason phrase, with the space before it. Many origins send neither of the two.
  private func parseReason(
    _ bytes: Span<UInt8>, from start: Int, into head: inout ResponseHead
  ) throws(ResponseError) -> Int? {
    guard start < end else { return nil }
    let hasSpace = bytes[start] == .space
    guard hasSpace || bytes[start] == .carriageReturn || bytes[start] == .lineFeed else {
      throw .invalidStatus
    }
    let phraseStart = hasSpace ? start &+ 1 : start
    let stop = bytes.firstControl(from: phraseStart, to: end)
    guard stop < end else { return nil }
    guard bytes[stop] == .carriageReturn else {
      throw bytes[stop] == .lineFeed ? .field(.bareLF) : .invalidReasonPhrase
    }
    guard stop &+ 1 < end else { return nil }
    guard bytes[stop &+ 1] == .lineFeed else { throw .field(.bareCR) }
    head.reason = ByteRange(phraseStart..<stop)
    return stop &+ 2
  }
}
