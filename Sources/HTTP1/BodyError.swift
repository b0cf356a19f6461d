public import HTTPSemantics

/// Why a message's content cannot be read further. Its framing is lost: the connection must end.
public enum BodyError: Error, Equatable, Sendable {
  /// An octet other than HEXDIG in, or in place of, a chunk-size.
  case invalidChunkSize(UInt8)
  /// More than 16 digits, or 2⁶³ octets and more.
  case chunkSizeTooLarge
  /// A chunk extension that breaks the grammar of RFC 9112 §7.1.1.
  case invalidChunkExtension(UInt8)
  /// More than 256 octets of extension on a line, or more than 16 KiB in a message.
  case chunkExtensionTooLong
  /// Another octet where CR or LF must stand: a bare CR or LF, or chunk data that is longer or
  /// shorter than its size.
  case expectedCRLF(UInt8)
  /// Far more framing than content.
  case excessiveChunkOverhead
  case trailer(FieldError)
  /// The connection ended before the content did.
  case truncated

  /// What a client is answered whose request this was, if it can still be answered.
  public var status: StatusCode {
    switch self {
    case .trailer(let error): error.isLimit ? .requestHeaderFieldsTooLarge : .badRequest
    case .invalidChunkSize, .chunkSizeTooLarge, .invalidChunkExtension, .chunkExtensionTooLong,
      .expectedCRLF, .excessiveChunkOverhead, .truncated:
      .badRequest
    }
  }

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .invalidChunkSize: .invalidChunkSize
    case .chunkSizeTooLarge: .chunkSizeTooLarge
    case .invalidChunkExtension: .invalidChunkExtension
    case .chunkExtensionTooLong: .chunkExtensionTooLong
    case .expectedCRLF: .chunkCRLF
    case .excessiveChunkOverhead: .excessiveChunkOverhead
    case .trailer(let error): error.reason
    case .truncated: .truncatedBody
    }
  }
}
