import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// Who may have a tunnel, and whether a backend has consented to it.
extension Tunnel {
  /// The tunnel that `request` asks for and may have. nil: it is a request like any other, and
  /// nothing in it that is about upgrades goes on.
  static func asked(
    by request: Request, of listener: ListenerRuntime, on route: RouteRuntime
  ) throws(ProxyError) -> Tunnel? {
    if request.head.connectProtocol.isEmpty {
      return try upgrade(request, idleTimeout(listener, route))
    }
    return try connect(request, idleTimeout(listener, route))
  }

  /// nil where there are no tunnels.
  private static func idleTimeout(_ listener: ListenerRuntime, _ route: RouteRuntime) -> Interval? {
    guard route.allowsWebSocket, let idleTimeout = listener.tunnelIdleTimeout else { return nil }
    return route.tunnelIdleTimeout ?? idleTimeout
  }

  /// By `Upgrade`, on a connection of HTTP/1.1 (RFC 6455 §4.1).
  private static func upgrade(
    _ request: Request, _ idleTimeout: Interval?
  ) throws(ProxyError) -> Tunnel? {
    let head = request.head
    guard head.upgradeRequested, let idleTimeout,
      request.withBytes({ UpgradeField.lists(token, in: head.fields, $0) })
    else { return nil }
    guard head.method == .get else { throw refusal(.websocketNotGet) }
    guard head.framing == .none else { throw refusal(.websocketWithContent) }
    return Tunnel(key: nil, idleTimeout: idleTimeout)
  }

  private static func refusal(_ reason: Reason) -> ProxyError {
    ProxyError(
      source: .downstream, status: .badRequest, reason: reason, isUncountedRefusal: true)
  }

  /// By an extended CONNECT, on a stream of HTTP/2 (RFC 8441 §5).
  private static func connect(
    _ request: Request, _ idleTimeout: Interval?
  ) throws(ProxyError) -> Tunnel? {
    let name = request.head.connectProtocol
    guard let idleTimeout, request.withBytes({ $0[name].equalsIgnoringCase(token) }) else {
      throw .downstream(.notImplemented, .unsupportedConnectProtocol)
    }
    dropKey(of: request)
    var random = SystemRandomNumberGenerator()
    return Tunnel(
      key: WebSocketKey(nonce: (random.next(), random.next())), idleTimeout: idleTimeout)
  }

  /// A key of the client's would be a second one beside ours.
  private static func dropKey(of request: Request) {
    // Taken out of its cell and put back, so that it is changed in place and not copied.
    var head = request.head
    request.head = RequestHead()
    defer { request.head = head }
    request.withBytes { bytes in
      for index in head.fields.lines.indices
      where bytes[head.fields.lines[index].name].equalsIgnoringCase("sec-websocket-key") {
        head.fields.markHopByHop(at: index)
      }
    }
  }

  // MARK: Consent

  /// Passes the head of a 101 that is the answer to what was asked.
  ///
  /// - Parameter bytes: What the offsets of `head` count in.
  func checkConsent(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) throws(ProxyError) {
    guard head.upgradeNamed, UpgradeField.isOnly(Self.token, in: head.fields, bytes) else {
      throw .upstream(.badGateway, .wrongUpgrade)
    }
    // RFC 9110 §8.6, RFC 9112 §6.1: there is nothing that they could frame.
    guard !head.fields.contains(.contentLength), !head.fields.contains(.transferEncoding) else {
      throw .upstream(.badGateway, .framedUpgrade)
    }
    if let key, !Self.isAccepted(key, head.fields, bytes) {
      throw .upstream(.badGateway, .wrongWebSocketAccept)
    }
  }

  /// Whether the backend has proved that it understood our handshake (RFC 6455 §4.1).
  private static func isAccepted(
    _ key: WebSocketKey, _ fields: FieldSection, _ bytes: Span<UInt8>
  ) -> Bool {
    var isRight = false
    for line in fields.lines
    where bytes[line.name].equalsIgnoringCase("sec-websocket-accept") {
      if isRight || !bytes[line.value].equals(key.accept.span) { return false }
      isRight = true
    }
    return isRight
  }
}
