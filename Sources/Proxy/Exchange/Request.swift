import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import TLS

/// A request that an exchange can read, whatever protocol it came by: its head, and who sent it.
///
/// Reused from request to request.
final class Request {
  /// Offsets that count from `base` in `buffer`.
  var head: RequestHead {
    _read { yield headSlot.value }
    _modify { yield &headSlot.value }
  }
  private let headSlot = Slot(RequestHead())
  @Cell var buffer: ByteBuffer
  @Cell var base = 0
  /// The normal form of the path, if the path as sent is not in it.
  var normalizedPath: [UInt8] = []
  /// What it is to become, if a backend consents; nil for a request like any other.
  @Cell var tunnel: Tunnel? = nil

  /// The value of a `Set-Cookie` that the response gets; empty for none.
  @Cell var addedCookie: [UInt8] = []

  /// nil for a peer on a unix socket.
  @Cell private(set) var client: IPAddress? = nil
  /// Whether the client is a proxy whose word about its clients is taken.
  @Cell var isTrusted = false
  /// The text of the address that it comes from, if that is a trusted proxy's word; else empty.
  var forwardedText: [UInt8] {
    _read { yield forwardedTextSlot.value }
    _modify { yield &forwardedTextSlot.value }
  }
  private let forwardedTextSlot = Slot([UInt8]())
  /// What the client's connection is encrypted by; nil when it is not.
  @Cell private(set) var tls: TLSSession? = nil
  /// What backends are told of the certificate that the client has shown.
  @Cell private(set) var identity: ClientIdentity? = nil
  var scheme: StaticString { tls == nil ? "http" : "https" }
  /// What the request came by.
  let version: WireVersion

  /// The text of `client`, or `unix:`.
  private(set) var clientText: [UInt8] {
    _read { yield clientTextSlot.value }
    _modify { yield &clientTextSlot.value }
  }
  private let clientTextSlot = Slot([UInt8]())

  init(_ version: WireVersion) {
    self.version = version
    buffer = ByteBuffer(capacity: 0)
  }

  /// Says who sends it.
  ///
  /// - Parameter text: Of ``clientText(of:)``, made once per connection.
  func from(_ connection: DownstreamConnection, text: [UInt8]) {
    client = connection.peer
    clientText = text
    isTrusted = connection.isTrusted
    // In clear there is nothing to replace, and nothing to replace it by.
    guard tls != nil || !tlsCipher.isEmpty || connection.transport.tls != nil else { return }
    tls = connection.transport.tls
    tlsCipher = connection.cipher
    identity = connection.identity
  }

  /// Says who would send it, of one that nobody sends.
  func from(_ client: IPAddress?) {
    self.client = client
    clientText = Self.clientText(of: client)
  }

  /// Lets go of what belongs to the connection, which may be gone before the next request comes.
  func leaveConnection() { (tls, identity) = (nil, nil) }

  static func clientText(of client: IPAddress?) -> [UInt8] {
    Array((client?.description ?? "unix:").utf8)
  }

  /// Heads larger than this get memory that is not kept.
  private static let keptOctets = 4096
  /// What their memory is rounded up to.
  private static let step = 64

  /// Copies what the offsets of the head count in.
  func keep(_ octets: Span<UInt8>) {
    base = 0
    let isFitting =
      octets.count <= buffer.capacity
      && (buffer.capacity <= Self.keptOctets || octets.count > Self.keptOctets)
    if !isFitting { buffer = ByteBuffer(capacity: (octets.count | (Self.step - 1)) + 1) }
    buffer.copy(octets)
  }

  func keep(_ octets: borrowing OutputBuffer) { keep(octets.span) }

  /// Becomes a copy of the head of `other`.
  func copyHead(of other: Request) {
    head = other.head
    other.withBytes { bytes in keep(bytes.extracting(0..<other.head.length)) }
  }

  /// The number of the stream that it came by, with HTTP/2; else 0.
  @Cell var stream: UInt32 = 0
  /// Microseconds from the end of the exchange before to the first octet of the head, and from
  /// there to its last; -1 where nobody can tell.
  @Cell var waitTime: Int64 = -1
  @Cell var headTime: Int64 = -1
  /// Of the client's connection; empty in clear.
  @Cell private(set) var tlsCipher = ""
  /// Whether it is a call of gRPC.
  @Cell var isGRPC = false
  /// Tries with backends, if the response is to tell of them; else 0.
  @Cell var attemptsToTell: UInt32 = 0

  /// As logs have it.
  var protocolName: AccessRecord.WireProtocol {
    switch version {
    case .http1: head.minorVersion == 0 ? .http10 : .http11
    case .http2: .http2
    }
  }

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

  /// Whether it may come over this connection: another host's certificate, and what is asked of its
  /// clients, may differ from what this connection's client has met (RFC 9110 §7.4).
  func belongsToConnection() -> Bool {
    guard let tls, !head.host.isEmpty else { return true }
    let buffer = self.buffer
    return tls.covers(buffer.span.extracting(base..<buffer.capacity)[head.host])
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
