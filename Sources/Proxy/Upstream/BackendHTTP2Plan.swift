import Configuration
import EventLoop
import HTTP2

/// HTTP/2 as it is spoken to the backends of a cluster.
struct BackendHTTP2Plan {
  /// Our own limit, below the backend's.
  let maxConcurrentStreams: Int
  /// Silence after which a backend is asked whether it lives; `.infinite`: never.
  let pingInterval: Interval
  let pingTimeout: Interval
  /// How long a backend may take nothing of what there is for it.
  let writeIdleTimeout: Interval
  /// Octets of a frame's payload that backends may send.
  let maxFrame: Int
  private let terms: HTTP2Terms

  init(_ cluster: ClusterConfig) {
    let config = cluster.http2
    writeIdleTimeout = Interval(cluster.timeouts.writeIdle)
    maxConcurrentStreams = config.maxConcurrentStreams
    pingInterval = config.pingInterval == .zero ? .infinite : Interval(config.pingInterval)
    pingTimeout = Interval(config.pingTimeout)
    maxFrame = config.maxFrame
    var settings = HTTP2Settings.client
    settings.initialWindowOctets = UInt32(clamping: config.streamWindow)
    settings.maxFrameOctets = UInt32(clamping: config.maxFrame)
    settings.headerTableOctets = UInt32(clamping: config.headerTable)
    let window = ConnectionWindow(
      octets: Int32(clamping: config.connectionWindow), credit: .onReceipt)
    var limits = HTTP2Limits.client
    limits.handshakeTime = Interval(config.settingsTimeout).microseconds
    terms = HTTP2Terms(settings: settings, window: window, limits: limits)
  }

  /// The client's side of a new connection.
  func engine(at now: Instant) -> HTTP2Connection {
    HTTP2Connection(role: .client, terms: terms, now: now.microseconds)
  }
}
