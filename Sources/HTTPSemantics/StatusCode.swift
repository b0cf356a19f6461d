/// A status code (RFC 9110 §15), with names for those that Portico itself answers or asks about.
public struct StatusCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether this is a 1xx code: another response head follows.
  public var isInterim: Bool { rawValue / 100 == 1 }
}

extension StatusCode {
  public static var `continue`: StatusCode { StatusCode(rawValue: 100) }
  public static var switchingProtocols: StatusCode { StatusCode(rawValue: 101) }
  public static var ok: StatusCode { StatusCode(rawValue: 200) }
  public static var noContent: StatusCode { StatusCode(rawValue: 204) }
  public static var found: StatusCode { StatusCode(rawValue: 302) }
  public static var notModified: StatusCode { StatusCode(rawValue: 304) }
  public static var badRequest: StatusCode { StatusCode(rawValue: 400) }
  public static var notFound: StatusCode { StatusCode(rawValue: 404) }
  public static var methodNotAllowed: StatusCode { StatusCode(rawValue: 405) }
  public static var requestTimeout: StatusCode { StatusCode(rawValue: 408) }
  public static var contentTooLarge: StatusCode { StatusCode(rawValue: 413) }
  public static var uriTooLong: StatusCode { StatusCode(rawValue: 414) }
  public static var expectationFailed: StatusCode { StatusCode(rawValue: 417) }
  public static var misdirectedRequest: StatusCode { StatusCode(rawValue: 421) }
  public static var requestHeaderFieldsTooLarge: StatusCode { StatusCode(rawValue: 431) }
  /// Log only: the client went away before it was answered.
  public static var clientClosedRequest: StatusCode { StatusCode(rawValue: 499) }
  public static var notImplemented: StatusCode { StatusCode(rawValue: 501) }
  public static var badGateway: StatusCode { StatusCode(rawValue: 502) }
  public static var serviceUnavailable: StatusCode { StatusCode(rawValue: 503) }
  public static var gatewayTimeout: StatusCode { StatusCode(rawValue: 504) }
  public static var httpVersionNotSupported: StatusCode { StatusCode(rawValue: 505) }
  public static var loopDetected: StatusCode { StatusCode(rawValue: 508) }
}
