import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The client's side of a hedge: a request without content, and nobody who takes anything. The
/// exchange that the hedge is for has the client.
final class HedgeClient: DownstreamStream {
  let request: Request
  let listener: ListenerRuntime

  /// - Precondition: The request has no content and asks for no tunnel.
  init(_ request: Request, listener: ListenerRuntime) {
    self.request = request
    self.listener = listener
  }

  // MARK: The request's content

  func nextContent() throws(ProxyError) -> MessageInput.Content { .end }
  func receiveContent() async throws(ProxyError) {}
  var contentBuffer: ByteBuffer? { nil }
  var isContentComplete: Bool { true }
  var requestTrailers: TrailerSection? { nil }
  var canRewindContent: Bool { true }
  func rewindContent() {}
  func receivedRequestEnd() {}

  // MARK: The response

  var hasSentHead: Bool { false }
  var hasSentEnd: Bool { false }

  // What is not the final response is no news: the first try's backend has its own.
  func sendInterim(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>
  ) throws(ProxyError) -> Bool { true }
  func sendContinue() throws(ProxyError) {}

  func sendHead(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, by version: WireVersion,
    first: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool { true }
  func sendContent(_ piece: Span<UInt8>) throws(ProxyError) -> Bool { true }
  func sendEnd(_ trailers: TrailerSection?) throws(ProxyError) -> Bool { true }
  func finishSending(_ piece: Span<UInt8>) async throws(ProxyError) {}
  func answer(_ answer: OwnResponse) async throws(ProxyError) {}
  func closeAfterResponse() {}
  func cutResponse() {}

  // MARK: Tunnels

  func receiveTunnelled(until deadline: Instant) async throws(TransportError) {}
  func sendMoreTunnelled(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool { true }

  // MARK: Hanging up

  var wasCut: Bool { false }
  func watchHangUp(_ point: WaitPoint?) -> Bool { true }
  func abortWaits() {}
}
