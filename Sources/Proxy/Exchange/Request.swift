import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// A request that an exchange can read, whatever protocol it came by: its head, and who sent it.
///
/// Reused from request to request of a session.
final class Request {
  /// Offsets that count from `base` in `buffer`.
  @Cell var head = RequestHead()
  @Cell var buffer: ByteBuffer
  @Cell var base = 0
  /// The normal form of the path, if the path as sent is not in it.
  var normalizedPath: [UInt8] = []
  /// What it is to become, if a backend consents; nil for a request like any other.
  @Cell var tunnel: Tunnel? = nil

  /// nil for a peer on a unix socket.
  let client: IPAddress?
  /// Whether the client is a proxy whose word about its clients is taken.
  @Cell var isTrusted = false
  let scheme: StaticString = "http"
  /// What the request came by.
  var version: WireVersion { .http1 }

  /// The text of `client`, or `unix:`.
  let clientText: [UInt8]

  init(client: IPAddress?) {
    self.client = client
    clientText = Array((client?.description ?? "unix:").utf8)
    buffer = Self.noBuffer()
  }

  private static func noBuffer() -> ByteBuffer { ByteBuffer(capacity: 0) }

  var hasContent: Bool {
    switch head.framing {
    case .none, .length(0): false
    case .length, .chunked, .untilClose: true
    }
  }

  /// Calls `body` with the octets that `head` refers to.
  @inline(__always)
  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let buffer = self.buffer
    return body(buffer.span.extracting(base..<buffer.capacity))
  }

  /// Calls `body` with the path that routes match and backends receive.
  @inline(__always)
  func withPath<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    if head.pathNeedsNormalizing {
      let path = normalizedPath
      return body(path.span)
    }
    return withBytes { body($0[head.path]) }
  }

  /// Brings the path into its normal form.
  func normalizePath() throws(TargetError) {
    guard head.form != .asterisk else { return }
    // `http://host?query` asks for the root (RFC 9110 §4.2.3).
    if head.path.isEmpty { head.pathNeedsNormalizing = true }
    guard head.pathNeedsNormalizing else { return }
    let buffer = self.buffer
    let bytes = buffer.span.extracting(base..<buffer.capacity)
    try PathNormalizer.normalize(bytes[head.path], into: &normalizedPath)
  }
}
