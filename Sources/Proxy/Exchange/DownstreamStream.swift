import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The client's side of one exchange: a request's content that can be read, and a response that can
/// be written: head, content, trailers.
///
/// Sessions of every protocol meet the exchange through this. It is a constraint, never an
/// existential: calls are direct.
protocol DownstreamStream: AnyObject {
  var request: Request { get }
  var listener: ListenerRuntime { get }

  // MARK: The request's content

  /// Content that is here already; see ``MessageInput/nextContent()``.
  func nextContent() throws(ProxyError) -> MessageInput.Content
  /// Waits for more content.
  func receiveContent() async throws(ProxyError)
  /// The buffer that pieces of content are offsets into.
  var contentBuffer: ByteBuffer? { get }
  var isContentComplete: Bool { get }
  var requestTrailers: TrailerSection? { get }
  /// Whether all of the content is still here, so that a second try can begin from it.
  var canRewindContent: Bool { get }
  func rewindContent()
  /// The request's content has ended.
  func receivedRequestEnd()

  // MARK: The response

  var hasSentHead: Bool { get }
  var hasSentEnd: Bool { get }
  /// Sends an interim response of the backend.
  func sendInterim(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) throws(ProxyError) -> Bool
  /// Tells a client that waits for it to send its content.
  func sendContinue() throws(ProxyError)
  // What is sent goes out at once as far as the kernel takes it. `false` means that something is
  // left, and `finishSending` waits for it with the same piece: so the usual case suspends nowhere.

  /// Sends the head of the backend's response, which came by `version`, and its first piece of
  /// content.
  ///
  /// With 101 the backend consents to the tunnel that the request asks for. From then on the
  /// content of both directions has no framing and ends by itself: ``nextContent()`` gives the
  /// tunnel's, and ``sendEnd(_:)`` ends our half of it.
  func sendHead(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, by version: WireVersion,
    first: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool
  /// Sends a piece of content that is not the last.
  func sendContent(_ piece: Span<UInt8>) throws(ProxyError) -> Bool
  func sendEnd(_ trailers: TrailerSection?) throws(ProxyError) -> Bool
  func finishSending(_ piece: Span<UInt8>) async throws(ProxyError)
  /// Answers without a backend.
  func answer(_ answer: OwnResponse) async throws(ProxyError)
  /// Makes this the last exchange of the connection.
  func closeAfterResponse()
  /// Ends a response that cannot be finished, so that the client cannot take it for a whole one.
  func cutResponse()

  // MARK: Tunnels

  // As `receiveContent` and `finishSending`, with a deadline of the exchange's: only the tunnel as
  // a whole knows how long nothing has moved.

  func receiveTunnelled(until deadline: Instant) async throws(TransportError)
  /// - Returns: Whether everything has gone out.
  func sendMoreTunnelled(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool

  // MARK: Hanging up

  /// Whether it is not the client who hung up, but we: its time to end in peace was over.
  var wasCut: Bool { get }
  /// Aborts `point` when the client hangs up; nil ends that. Aborts at once if it has.
  ///
  /// In a tunnel, what was sent before is still to be read: who is aborted asks again, and goes on
  /// if this says so.
  ///
  /// - Returns: false if the client has hung up already.
  func watchHangUp(_ point: WaitPoint?) -> Bool
  /// Aborts what waits for the client to take or send something.
  func abortWaits()
}
