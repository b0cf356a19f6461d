import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// Who may have a tunnel, and whether a backend has consented to it.
extension Exchange {
  /// Finds out whether the request asks for a tunnel and may have one. If not, it is a request like any
  /// other: nothing that is about upgrades goes on.
  @inline(__always)
  func prepareTunnel<Client: DownstreamStream>(
    _ client: Client, _ route: RouteRuntime
  ) throws(ProxyError) {
    let head = client.request.head
    if !head.connectProtocol.isEmpty {
      try prepareConnect(client, route)
    } else if head.upgradeRequested {
      try prepareUpgrade(client, route)
    }
  }

  /// By `Upgrade`, on a connection of HTTP/1.1 (RFC 6455 §4.1).
  private func prepareUpgrade<Client: DownstreamStream>(
    _ client: Client, _ route: RouteRuntime
  ) throws(ProxyError) {
    guard let idleTimeout = tunnelIdleTimeout(client.listener, route) else { return }
    let (request, head) = (client.request, client.request.head)
    guard request.withBytes({ UpgradeField.lists(Tunnel.token, in: head.fields, $0) }) else {
      return
    }
    // Whatever comes of it, what follows may be meant for the tunnel and is never read as a request.
    client.closeAfterResponse()
    guard head.method == .get else { throw Self.refusal("websocket_not_get") }
    guard head.framing == .none else { throw Self.refusal("websocket_with_content") }
    request.tunnel = Tunnel(key: nil, idleTimeout: idleTimeout)
  }

  /// By an extended CONNECT, on a stream of HTTP/2 (RFC 8441 §5).
  private func prepareConnect<Client: DownstreamStream>(
    _ client: Client, _ route: RouteRuntime
  ) throws(ProxyError) {
    let (request, head) = (client.request, client.request.head)
    let isWebSocket = request.withBytes { bytes in
      bytes[head.connectProtocol].equalsIgnoringCase(Tunnel.token)
    }
    guard isWebSocket, let idleTimeout = tunnelIdleTimeout(client.listener, route) else {
      throw .downstream(.notImplemented, "unsupported_connect_protocol")
    }
    dropHandshake(of: request)
    var random = SystemRandomNumberGenerator()
    request.tunnel = Tunnel(
      key: WebSocketKey(nonce: (random.next(), random.next())), idleTimeout: idleTimeout)
  }

  /// nil where there are no tunnels.
  private func tunnelIdleTimeout(_ listener: ListenerRuntime, _ route: RouteRuntime) -> Interval? {
    guard route.allowsWebSocket, let idleTimeout = listener.tunnelIdleTimeout else { return nil }
    return route.tunnelIdleTimeout ?? idleTimeout
  }

  private static func refusal(_ reason: StaticString) -> ProxyError {
    ProxyError(
      source: .downstream, status: .badRequest, reason: reason, isUncountedRefusal: true)
  }

  /// A key of the client's would be a second one beside ours.
  private func dropHandshake(of request: Request) {
    var head = request.head
    // Put back when changed: so the fields are not copied.
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

  /// Passes a 101 that is what was asked for.
  func checkConsent<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) throws(ProxyError) {
    guard let tunnel = client.request.tunnel, let buffer = backend.headBuffer else {
      throw .upstream(.badGateway, "unasked_upgrade")
    }
    let head = backend.head
    let bytes = buffer.span.extracting(backend.headStart..<buffer.capacity)
    guard head.upgradeNamed, UpgradeField.isOnly(Tunnel.token, in: head.fields, bytes) else {
      throw .upstream(.badGateway, "wrong_upgrade")
    }
    // RFC 9110 §8.6, RFC 9112 §6.1: there is nothing that they could frame.
    guard !head.fields.contains(.contentLength), !head.fields.contains(.transferEncoding) else {
      throw .upstream(.badGateway, "framed_upgrade")
    }
    guard let key = tunnel.key else { return }
    guard Self.accepts(key, head.fields, bytes) else {
      throw .upstream(.badGateway, "wrong_websocket_accept")
    }
  }

  /// Whether the backend has proved that it understood our handshake (RFC 6455 §4.1).
  private static func accepts(
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
