/// The settings of one side of a connection (RFC 9113 §6.5.2), ours or the peer's.
public struct HTTP2Settings: Equatable, Sendable {
  /// SETTINGS_HEADER_TABLE_SIZE: octets of the dynamic table that this side's decoder has.
  public var headerTableOctets: UInt32 = 4096
  /// SETTINGS_ENABLE_PUSH.
  public var enablesPush = true
  /// SETTINGS_MAX_CONCURRENT_STREAMS: streams that the other side may have open; nil for any
  /// number.
  public var maxConcurrentStreams: UInt32?
  /// SETTINGS_INITIAL_WINDOW_SIZE: octets that a stream may receive before it is credited. To
  /// 2³¹-1.
  public var initialWindowOctets: UInt32 = 65_535
  /// SETTINGS_MAX_FRAME_SIZE: octets of a frame's payload. From 2¹⁴ to 2²⁴-1.
  public var maxFrameOctets: UInt32 = 16_384
  /// SETTINGS_MAX_HEADER_LIST_SIZE, advice about heads; nil for no advice.
  public var maxHeaderListOctets: UInt32?
  /// SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 §3).
  public var enablesConnectProtocol = false
  /// SETTINGS_NO_RFC7540_PRIORITIES (RFC 9218 §2.1).
  public var ignoresOldPriorities = false

  /// What the RFC lets either side assume until it hears otherwise.
  public init() {}

  /// What Portico tells its clients, unless configured otherwise.
  public static var server: HTTP2Settings {
    var settings = HTTP2Settings()
    settings.maxConcurrentStreams = 100
    settings.initialWindowOctets = 64 * 1024
    settings.maxHeaderListOctets = 32 * 1024
    settings.ignoresOldPriorities = true
    return settings
  }

  /// What Portico tells backends.
  public static var client: HTTP2Settings {
    var settings = HTTP2Settings()
    settings.enablesPush = false
    settings.initialWindowOctets = 256 * 1024
    settings.maxHeaderListOctets = 64 * 1024
    settings.ignoresOldPriorities = true
    return settings
  }
}
