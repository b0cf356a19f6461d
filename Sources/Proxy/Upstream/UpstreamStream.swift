import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The backend's side of one exchange: a request that can be written and a response that can be
/// read: head, content, trailers.
///
/// Exchanges meet backends of every protocol through this. It is a constraint, never an
/// existential: calls are direct.
protocol UpstreamStream: AnyObject {
  var version: WireVersion { get }
  /// Whether the connection carried exchanges before, so that it may have died unnoticed.
  var isReused: Bool { get }
  /// Whether any octet of the request has gone out.
  var wasWrittenTo: Bool { get }

  // MARK: The request

  // What is sent goes out at once as far as possible. `false` means that something is left, and
  // `sendMore` waits for it with the same piece: so the usual case suspends nowhere.

  /// Sends the head of a request, and its first piece of content.
  ///
  /// - Parameter isEnd: Whether that is all; then chunked content gets `trailers`.
  func sendHead(
    _ forwarder: RequestForwarder, requestID: borrowing OutputBuffer, first: Span<UInt8>,
    isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool
  /// Sends a piece of content, or only its end.
  func sendContent(
    _ piece: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool
  /// Waits until the backend takes more of what is left.
  ///
  /// - Returns: Whether everything has gone out.
  func sendMore(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool
  /// The request's content was sent to its end by a loop of its own.
  func sentRequestEnd()
  /// Where the sender waits.
  var writes: WaitPoint { get }

  // MARK: The response

  /// Where the reader waits.
  var reads: WaitPoint { get }
  /// Reads what is here of the next head, interim ones included.
  ///
  /// - Returns: Whether ``head`` is complete; if not, more is to be waited for at ``reads``.
  func nextHead(_ method: Method) throws(ProxyError) -> Bool
  // Borrowed: a copy would have its fields retained and released again.
  @_borrowed var head: ResponseHead { get }
  /// Lends ``head`` as a whole.
  func withHead<Result>(
    _ body: (borrowing ResponseHead) throws(ProxyError) -> Result
  ) throws(ProxyError) -> Result
  /// What the offsets of ``head`` count in, from ``headStart`` on.
  var headBuffer: ByteBuffer? { get }
  var headStart: Int { get }
  /// The interim response has been dealt with.
  func passedInterim()
  /// The head is that of the final response: content follows, as ``head`` says.
  func beginContent()
  /// Content that is here already; see ``MessageInput/nextContent()``.
  func nextContent() throws(ProxyError) -> MessageInput.Content
  /// What pieces of content are offsets into.
  var contentBuffer: ByteBuffer? { get }
  var isContentComplete: Bool { get }
  /// Waits for more content.
  ///
  /// - Returns: false at the end of the stream.
  func receiveContent(until deadline: Instant) async throws(TransportError) -> Bool
  /// The stream has ended: that ends a response that has no other end, and cuts any other.
  func receivedEndOfStream() throws(ProxyError)
  var responseTrailers: TrailerSection? { get }

  // MARK: Ending

  /// Whether the backend has said that it will read no further request, nor the rest of this one.
  var isClosing: Bool { get }
  /// The response has ended, and nothing is being sent any more: the stream is over.
  func finish()
  /// Gives the exchange up.
  func cancel()
}
