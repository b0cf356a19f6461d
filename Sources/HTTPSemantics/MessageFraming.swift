/// How the content of a message is delimited (RFC 9112 §6.3).
public enum MessageFraming: Equatable, Sendable {
  /// The message ends with its head.
  case none
  /// `Content-Length`, in octets. Below 2⁶³.
  case length(UInt64)
  /// The chunked transfer coding.
  case chunked
  /// The content ends with the connection. Responses only.
  case untilClose
}
