/// How HTTP/2 is spoken to the backends of one cluster: how many streams a connection has, how much
/// a backend may send ahead, and when a silent one is given up. With prior knowledge (RFC 9113
/// §3.3), or by ALPN where the cluster has TLS. JSON: `http2`.
///
/// The windows of streams bound what is buffered for clients that are slower than their backends.
public struct BackendHTTP2Config: Equatable, Sendable {
  /// Streams on one connection, below what the backend allows. JSON: `max_concurrent_streams`,
  /// 1...10,000.
  public var maxConcurrentStreams = 100
  /// Octets of response content that a backend may send ahead on one stream (RFC 9113 §6.9.2).
  /// JSON: `stream_window`, 65535B...2147483647B.
  public var streamWindow = 256 * 1024
  /// The same over all streams of a connection, given back as soon as content has come; never less
  /// than ``streamWindow``. JSON: `connection_window`, 65535B...2147483647B.
  public var connectionWindow = 4 * 1024 * 1024
  /// Octets of payload in one frame that a backend may send (SETTINGS_MAX_FRAME_SIZE). JSON:
  /// `max_frame`, 16KiB...1MiB.
  public var maxFrame = 16 * 1024
  /// Octets of the dynamic table by which responses are decoded (RFC 7541 §4.2). JSON:
  /// `header_table`, 0B...64KiB.
  public var headerTable = 4 * 1024
  /// How long a backend may be silent before a PING asks whether it lives (RFC 9113 §6.7); 0
  /// never asks. JSON: `ping_interval`.
  public var pingInterval: Duration = .seconds(30)
  /// For the answer to that PING; then the connection is closed. JSON: `ping_timeout`.
  public var pingTimeout: Duration = .seconds(5)
  /// For the backend to send its settings and to acknowledge ours (RFC 9113 §6.5.3). JSON:
  /// `settings_timeout`.
  public var settingsTimeout: Duration = .seconds(10)

  public init() {}
}
