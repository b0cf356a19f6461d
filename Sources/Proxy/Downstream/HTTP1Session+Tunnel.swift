import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The connection once it is no longer HTTP/1.1 but a tunnel.
extension HTTP1Session {
  /// Passes on the backend's consent and what it sent at once. What the client has sent since its
  /// request is here, unread, and the tunnel's from now on.
  func openTunnel(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, first: Span<UInt8>
  ) throws(ProxyError) -> Bool {
    isTunnel = true
    connection.transport.allowsHalfClose = true
    hasSentHead = true
    responseFraming = .untilClose
    machine.sentResponseHead(isPersistent: false, hasContent: true)
    keepRequestHead()
    input.beginTunnel()
    state.date.refresh(now: state.loop.now)
    let additions = ResponseForwarder.Additions(
      date: state.date.value, via: listener.via.member(of: .http1), server: listener.addsServer,
      cookie: request.addedCookie, attempts: request.attemptsToTell)
    ResponseForwarder.writeConsent(head, bytes, adding: additions, into: &state.output)
    return try send(first, isEnd: false, nil)
  }

  /// Copies the request's head, which the log wants in the end: a silent tunnel is to hold no
  /// buffer.
  private func keepRequestHead() {
    let length = request.head.length
    let copy = ByteBuffer(capacity: length)
    request.buffer.copy(request.base..<request.base + length, to: copy)
    request.buffer = copy
    request.base = 0
  }

  func receiveTunnelled(until deadline: Instant) async throws(TransportError) {
    if try await input.receiveTunnelled(until: deadline) { return }
    do throws(BodyError) { try input.receivedEndOfStream() } catch { throw .broken(0) }
  }

  func sendMoreTunnelled(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool {
    guard output.hasUnsent else { return true }
    _ = try await output.sendMore(of: piece, until: deadline)
    return !output.hasUnsent
  }
}
