import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// A connection through us for WebSocket (RFC 6455): from the request that asks for it until both
/// directions have ended.
///
/// What is in it is none of our business. Only silence of both directions ends it from here.
final class Tunnel {
  /// The handshake with the backend, where it is our own; nil where it is the client's.
  let key: WebSocketKey?
  private let idleTimeout: Interval
  @Cell private var movedAt = Instant.never

  static let token: StaticString = "websocket"
  static let idle = ProxyError(source: .internal, status: .gatewayTimeout, reason: .tunnelIdle)

  init(key: WebSocketKey?, idleTimeout: Interval) {
    self.key = key
    self.idleTimeout = idleTimeout
  }

  /// Something has gone through, in either direction.
  func moved(at now: Instant) { movedAt = now }

  /// When it has carried nothing for too long, unless something moves before.
  var deadline: Instant { movedAt + idleTimeout }

  /// Appends what asks a backend for it.
  func writeRequest(into output: inout OutputBuffer) {
    output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
    if let key { output.appendField("Sec-WebSocket-Key", value: key.value.span) }
  }
}
