import Configuration
import EventLoop
import HPACK
import HTTP2

/// HTTP/2 as a listener speaks it, whichever door leads to it.
struct HTTP2Plan {
  let idleTimeout: Interval
  /// Whether HTTP/1.1 requests may ask for it (RFC 7540 §3.2).
  let allowsUpgrade: Bool
  /// Octets of a frame's payload that clients may send.
  let maxFrame: Int
  private let terms: HTTP2Terms

  init(_ config: ListenerConfig) {
    let http2 = config.http2 ?? HTTP2Config()
    idleTimeout = Interval(http2.idleTimeout)
    allowsUpgrade = (config.http2?.upgrade ?? false)
    maxFrame = http2.maxFrame
    var settings = HTTP2Settings.server
    settings.maxConcurrentStreams = UInt32(clamping: http2.maxConcurrentStreams)
    settings.initialWindowOctets = UInt32(clamping: http2.streamWindow)
    settings.maxFrameOctets = UInt32(clamping: http2.maxFrame)
    settings.headerTableOctets = UInt32(clamping: http2.headerTable)
    settings.maxHeaderListOctets = UInt32(clamping: http2.maxHead)
    settings.enablesConnectProtocol = config.websocket?.extendedConnect ?? false
    let window = ConnectionWindow(
      octets: Int32(clamping: http2.connectionWindow), credit: .onConsumption)
    var limits = HTTP2Limits()
    limits.head.maxOctets = http2.maxHead
    // A block that is too large is answered; only one that is far too large is not even gathered.
    limits.maxBlock = 2 * http2.maxHead
    limits.head.maxFields = http2.maxFields
    limits.dropsOddNames = config.http1?.oddNames != .keep
    limits.resets = .init(burst: http2.resetBurst, perMinute: http2.resetRate * 60)
    limits.glitches = .init(burst: http2.glitchBurst, perMinute: http2.glitchRate * 60)
    limits.frameTime = Interval(config.timeouts.head).microseconds
    limits.handshakeTime = Interval(http2.settingsTimeout).microseconds
    terms = HTTP2Terms(settings: settings, window: window, limits: limits)
  }

  /// The server's side of a new connection.
  func engine(at now: Instant) -> HTTP2Connection {
    HTTP2Connection(role: .server, terms: terms, now: now.microseconds)
  }

  /// The server's side of a connection that was HTTP/1.1.
  ///
  /// - Parameter payload: Of `HTTP2-Settings`, decoded.
  func engine(
    upgradedWith payload: Span<UInt8>, at now: Instant
  ) throws(ConnectionError) -> HTTP2Connection {
    try HTTP2Connection(upgradedWith: payload, terms: terms, now: now.microseconds)
  }
}
