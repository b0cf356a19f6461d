public import HTTPSemantics

/// The rule that a peer broke so that one stream cannot go on (RFC 9113 §5.4.2): a malformed
/// message (§8.1.1), or a limit.
public enum StreamError: Error, Equatable, Sendable {
  case emptyName
  /// An octet that no field name of HTTP/2 has, such as a letter in upper case (§8.2.1).
  case invalidName(UInt8)
  /// A control octet, or whitespace at an end, in a value (§8.2.1).
  case invalidValue
  /// A field that is about an HTTP/1.1 connection (§8.2.2).
  case connectionField
  /// `te` with anything but `trailers`.
  case invalidTE
  case unknownPseudoField
  case duplicatePseudoField
  case missingPseudoField
  /// A pseudo-header field after a field.
  case latePseudoField
  /// One of a response in a request, the reverse, or any in trailers.
  case misplacedPseudoField
  case invalidMethod
  /// `:path` that starts with no slash, and is no asterisk for OPTIONS.
  case invalidPath
  /// CONNECT with `:path` or `:scheme`, or `:protocol` where it is not allowed (RFC 8441 §4).
  case invalidConnect
  case invalidStatus
  case invalidContentLength
  case duplicateContentLength
  /// DATA frames that carry more or less than `content-length` says, or any where none can be.
  case contentLengthMismatch
  case interimEndsStream
  case tooManyInterimResponses
  case trailersWithoutEnd
  /// DATA before the head of the response.
  case contentBeforeHead
  case trailersTooLarge
  case headTooLarge
  /// More streams at a time than we allow.
  case refused
  /// WINDOW_UPDATE that takes the stream's window past 2³¹-1.
  case windowOverflow

  /// What RST_STREAM says.
  public var code: ErrorCode {
    switch self {
    case .refused: .refusedStream
    case .windowOverflow: .flowControlError
    case .trailersTooLarge, .headTooLarge, .tooManyInterimResponses: .enhanceYourCalm
    case .emptyName, .invalidName, .invalidValue, .connectionField, .invalidTE,
      .unknownPseudoField, .duplicatePseudoField, .missingPseudoField, .latePseudoField,
      .misplacedPseudoField, .invalidMethod, .invalidPath, .invalidConnect, .invalidStatus,
      .invalidContentLength, .duplicateContentLength, .contentLengthMismatch, .interimEndsStream,
      .trailersWithoutEnd, .contentBeforeHead:
      .protocolError
    }
  }

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .emptyName: .emptyFieldName
    case .invalidName: .invalidFieldName
    case .invalidValue: .invalidFieldValue
    case .connectionField: .h2ConnectionField
    case .invalidTE: .h2InvalidTE
    case .unknownPseudoField: .h2UnknownPseudoField
    case .duplicatePseudoField: .h2DuplicatePseudoField
    case .missingPseudoField: .h2MissingPseudoField
    case .latePseudoField: .h2LatePseudoField
    case .misplacedPseudoField: .h2MisplacedPseudoField
    case .invalidMethod: .invalidMethod
    case .invalidPath: .h2InvalidPath
    case .invalidConnect: .h2InvalidConnect
    case .invalidStatus: .invalidStatus
    case .invalidContentLength: .invalidContentLength
    case .duplicateContentLength: .duplicateContentLength
    case .contentLengthMismatch: .contentLengthMismatch
    case .interimEndsStream: .h2InterimEndsStream
    case .tooManyInterimResponses: .tooManyInterimResponses
    case .trailersWithoutEnd: .h2TrailersWithoutEnd
    case .contentBeforeHead: .h2ContentBeforeHead
    case .trailersTooLarge: .trailersTooLarge
    case .headTooLarge: .fieldsTooLarge
    case .refused: .h2RefusedStream
    case .windowOverflow: .h2StreamWindowOverflow
    }
  }
}
