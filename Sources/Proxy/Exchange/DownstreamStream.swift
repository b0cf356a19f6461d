import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The client's side of one exchange: a request's content that can be read, and a response that can be
/// written: head, content, trailers.
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

  /// Sends the head of the backend's response, which came by `version`, and its first piece of content.
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

  // MARK: Hanging up

  /// Aborts `point` when the client hangs up; nil ends that. Aborts at once if it has.
  ///
  /// - Returns: false if the client has hung up already.
  func watchHangUp(_ point: WaitPoint?) -> Bool
  /// Aborts what waits for the client to take or send something.
  func abortWaits()
}
