/// The rule that a peer broke so that one stream cannot go on (RFC 9113 §5.4.2): a malformed message
/// (§8.1.1), or a limit.
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
  public var reason: StaticString {
    switch self {
    case .emptyName: "empty_field_name"
    case .invalidName: "invalid_field_name"
    case .invalidValue: "invalid_field_value"
    case .connectionField: "h2_connection_field"
    case .invalidTE: "h2_invalid_te"
    case .unknownPseudoField: "h2_unknown_pseudo_field"
    case .duplicatePseudoField: "h2_duplicate_pseudo_field"
    case .missingPseudoField: "h2_missing_pseudo_field"
    case .latePseudoField: "h2_late_pseudo_field"
    case .misplacedPseudoField: "h2_misplaced_pseudo_field"
    case .invalidMethod: "invalid_method"
    case .invalidPath: "h2_invalid_path"
    case .invalidConnect: "h2_invalid_connect"
    case .invalidStatus: "invalid_status"
    case .invalidContentLength: "invalid_content_length"
    case .duplicateContentLength: "duplicate_content_length"
    case .contentLengthMismatch: "content_length_mismatch"
    case .interimEndsStream: "h2_interim_ends_stream"
    case .tooManyInterimResponses: "too_many_interim_responses"
    case .trailersWithoutEnd: "h2_trailers_without_end"
    case .contentBeforeHead: "h2_content_before_head"
    case .trailersTooLarge: "trailers_too_large"
    case .headTooLarge: "fields_too_large"
    case .refused: "h2_refused_stream"
    case .windowOverflow: "h2_stream_window_overflow"
    }
  }
}
