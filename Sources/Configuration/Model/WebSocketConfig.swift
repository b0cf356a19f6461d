/// WebSocket on one listener (RFC 6455). JSON: `protocols.websocket`.
public struct WebSocketConfig: Equatable, Sendable {
  /// How long a tunnel may carry nothing in both directions; then it is cut. JSON: `idle_timeout`.
  public var idleTimeout: Duration = .seconds(3600)
  /// Whether clients may open one on an HTTP/2 stream (RFC 8441). Takes ``ListenerConfig/http2``.
  /// JSON: `extended_connect`.
  public var extendedConnect = true

  public init() {}
}
