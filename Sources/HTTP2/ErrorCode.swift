/// Why a stream or a connection ends (RFC 9113 §7). Codes without a name here are valid, too.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}

extension ErrorCode {
  public static var noError: ErrorCode { ErrorCode(rawValue: 0x0) }
  public static var protocolError: ErrorCode { ErrorCode(rawValue: 0x1) }
  public static var internalError: ErrorCode { ErrorCode(rawValue: 0x2) }
  public static var flowControlError: ErrorCode { ErrorCode(rawValue: 0x3) }
  public static var settingsTimeout: ErrorCode { ErrorCode(rawValue: 0x4) }
  public static var streamClosed: ErrorCode { ErrorCode(rawValue: 0x5) }
  public static var frameSizeError: ErrorCode { ErrorCode(rawValue: 0x6) }
  /// The stream has not been processed at all, so that its request may be sent again.
  public static var refusedStream: ErrorCode { ErrorCode(rawValue: 0x7) }
  public static var cancel: ErrorCode { ErrorCode(rawValue: 0x8) }
  public static var compressionError: ErrorCode { ErrorCode(rawValue: 0x9) }
  public static var connectError: ErrorCode { ErrorCode(rawValue: 0xA) }
  public static var enhanceYourCalm: ErrorCode { ErrorCode(rawValue: 0xB) }
  public static var inadequateSecurity: ErrorCode { ErrorCode(rawValue: 0xC) }
  public static var http11Required: ErrorCode { ErrorCode(rawValue: 0xD) }
}
