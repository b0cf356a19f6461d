import Bytes

/// What a WebSocket handshake of our own sends, and what the answer to it has to prove (RFC 6455
/// §1.3).
///
/// Clients of HTTP/1.1 send their own key, which goes on as it is. A stream of HTTP/2 has none (RFC
/// 8441 §5), so for a backend of HTTP/1.1 we make one.
public struct WebSocketKey: Sendable {
  /// The value of `Sec-WebSocket-Key`: 16 octets in base64.
  public let value: [UInt8]
  /// The value of `Sec-WebSocket-Accept` that a server has to answer with.
  public let accept: [UInt8]

  private static let identifier: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// - Parameter nonce: 128 random bits, fresh for each handshake.
  public init(nonce: (UInt64, UInt64)) {
    var octets = [16 of UInt8](repeating: 0)
    for index in 0..<8 {
      octets[index] = UInt8(truncatingIfNeeded: nonce.0 &>> UInt64(56 &- 8 &* index))
      octets[index &+ 8] = UInt8(truncatingIfNeeded: nonce.1 &>> UInt64(56 &- 8 &* index))
    }
    var text = OutputBuffer(capacity: 64)
    text.append(base64: octets.span)
    value = text.array
    text.append(Self.identifier)
    let digest = SHA1.digest(text.span)
    text.removeAll()
    text.append(base64: digest.span)
    accept = text.array
  }
}
