/// HTTP/2 on one listener (RFC 9113). JSON: `protocols.http2`.
///
/// The first three say through which doors clients come to it; they share everything else.
public struct HTTP2Config: Equatable, Sendable {
  /// The connection begins with the client's preface (RFC 9113 §3.3). JSON: `prior_knowledge`.
  public var priorKnowledge = true
  /// The client asks for `h2c` in an HTTP/1.1 request (RFC 7540 §3.2), on clear text only. Takes
  /// ``ListenerConfig/http1``.
  public var upgrade = true
  /// TLS has agreed on `h2` (RFC 9113 §3.2).
  public var alpn = true

  /// Streams that a client may have open (RFC 9113 §5.1.2). JSON: `max_concurrent_streams`,
  /// 1...10,000.
  public var maxConcurrentStreams = 100
  /// Octets of request content that a client may send ahead on one stream (RFC 9113 §6.9.2). JSON:
  /// `stream_window`, 65535B...2147483647B.
  public var streamWindow = 64 * 1024
  /// The same over all streams of a connection; never less than ``streamWindow``. JSON:
  /// `connection_window`, 65535B...2147483647B.
  public var connectionWindow = 1024 * 1024
  /// Octets of payload in one frame that a client may send (SETTINGS_MAX_FRAME_SIZE). JSON:
  /// `max_frame`, 16KiB...1MiB.
  public var maxFrame = 16 * 1024
  /// Octets of the dynamic table by which requests are decoded (RFC 7541 §4.2). JSON:
  /// `header_table`, 0B...64KiB.
  public var headerTable = 4 * 1024
  /// Octets of a decoded field section, counted as RFC 9113 §6.5.2 does. Beyond: 431, and the
  /// second time GOAWAY. JSON: `max_head`, 1KiB...1MiB.
  public var maxHead = 32 * 1024
  /// Field lines, those of pseudo-header fields among them. Beyond: as ``maxHead``. JSON:
  /// `max_fields`, 1...1000.
  public var maxFields = 100

  /// How long a connection may be without streams. JSON: `idle_timeout`.
  public var idleTimeout: Duration = .seconds(180)
  /// For the client to send its first settings and to acknowledge ours (RFC 9113 §6.5.3). JSON:
  /// `settings_timeout`.
  public var settingsTimeout: Duration = .seconds(10)

  /// Streams that a client may make us reset, or reset itself, at once; then GOAWAY. JSON:
  /// `reset_burst`, 1...1,000,000.
  public var resetBurst = 200
  /// How many of them it wins back a second. JSON: `reset_rate`, 1...1,000,000.
  public var resetRate = 33
  /// What costs us work and moves nothing (streams above the limit, empty and unknown frames,
  /// frames on streams that are over) and a client may do at once; then GOAWAY. JSON:
  /// `glitch_burst`, 1...1,000,000.
  public var glitchBurst = 1000
  /// How many of them it wins back a second. JSON: `glitch_rate`, 1...1,000,000.
  public var glitchRate = 33

  public init() {}
}
