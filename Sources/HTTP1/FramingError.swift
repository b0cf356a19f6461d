public import HTTPSemantics

/// The rule of RFC 9112 §6 that a message's framing fields broke.
///
/// Where the RFC lets a recipient repair the message, it is refused all the same: the next hop may
/// repair it in another way, which is how requests are smuggled.
public enum FramingError: Error, Equatable, Sendable {
  case contentLengthWithTransferEncoding
  /// 2⁶³ or more.
  case contentLengthTooLarge
  /// More than one line, even when they agree.
  case duplicateContentLength
  /// Not `1*DIGIT`, or a list.
  case invalidContentLength
  case transferEncodingOnHTTP10
  case duplicateTransferEncoding
  /// Empty members, parameters, quotes, or octets that no token has.
  case malformedTransferEncoding
  /// The last coding is not chunked, or an earlier one is.
  case chunkedNotFinal
  /// A coding before the final chunked.
  case unsupportedTransferCoding

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .contentLengthWithTransferEncoding: .contentLengthWithTransferEncoding
    case .contentLengthTooLarge: .contentLengthTooLarge
    case .duplicateContentLength: .duplicateContentLength
    case .invalidContentLength: .invalidContentLength
    case .transferEncodingOnHTTP10: .transferEncodingOnHTTP10
    case .duplicateTransferEncoding: .duplicateTransferEncoding
    case .malformedTransferEncoding: .malformedTransferEncoding
    case .chunkedNotFinal: .chunkedNotFinal
    case .unsupportedTransferCoding: .unsupportedTransferCoding
    }
  }
}
