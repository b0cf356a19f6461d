import Bytes
import HTTPSemantics

/// What `Content-Length` and `Transfer-Encoding` say about a message (RFC 9112 §6.1, §6.2).
enum DeclaredFraming: Equatable {
  case nothing
  case length(UInt64)
  case chunked

  init(
    of fields: borrowing FieldSection, in bytes: Span<UInt8>, minorVersion: UInt8
  ) throws(FramingError) {
    if fields.contains(.transferEncoding) {
      guard minorVersion > 0 else { throw .transferEncodingOnHTTP10 }
      guard !fields.contains(.contentLength) else { throw .contentLengthWithTransferEncoding }
      guard let line = fields.only(.transferEncoding) else { throw .duplicateTransferEncoding }
      try Self.checkTransferEncoding(bytes[line.value])
      self = .chunked
    } else if fields.contains(.contentLength) {
      guard let line = fields.only(.contentLength) else { throw .duplicateContentLength }
      self = .length(try Self.contentLength(bytes[line.value]))
    } else {
      self = .nothing
    }
  }

  private static func contentLength(_ value: Span<UInt8>) throws(FramingError) -> UInt64 {
    guard value.isDecimal else { throw .invalidContentLength }
    guard let length = value.decimalValue, length <= UInt64(Int64.max) else {
      throw .contentLengthTooLarge
    }
    return length
  }

  /// Passes the one value that is served, `chunked`, and says what is wrong with any other.
  private static func checkTransferEncoding(_ value: Span<UInt8>) throws(FramingError) {
    if value.equalsIgnoringCase("chunked") { return }
    var isEarlierChunked = false
    var isLastChunked = false
    var start = 0
    // Not a `ListCursor`: an empty member is wrong here, as it has been used to hide codings.
    while start <= value.count {
      let comma = value.firstIndex(of: .comma, from: start, to: value.count)
      let member = value.trimmingWhitespace(start..<comma)
      let end = value.firstIndex(
        notIn: .token, from: member.lowerBound, to: member.upperBound)
      guard !member.isEmpty, end == member.upperBound else { throw .malformedTransferEncoding }
      isEarlierChunked = isEarlierChunked || isLastChunked
      isLastChunked = value.extracting(member).equalsIgnoringCase("chunked")
      start = comma &+ 1
    }
    throw isLastChunked && !isEarlierChunked ? .unsupportedTransferCoding : .chunkedNotFinal
  }
}
