/// The life of a connection from a client: one machine per half, and reuse decided on the pair
/// (RFC 9112 §9.3).
///
/// ```
/// request half    idle ── head ──► content ── end ──► ended ─┐  both ended, and persistent:
/// response half   idle ── head ──► content ── end ──► ended ─┴► both idle, await a request
/// ```
///
/// An event that cannot happen where it is reported is a mistake of ours; it is answered by closing
/// the connection, not by ending the process.
public struct ServerConnectionMachine: ~Copyable, Sendable {
  /// What the session is to do next.
  public enum Next: Equatable, Sendable {
    /// Read the next request.
    case awaitRequest
    /// Go on with this exchange. When the response has ended, only the rest of the request's
    /// content is missing: read it, or call ``failed()``.
    case `continue`
    /// Close the connection.
    case close
  }

  private var request = MessageHalf.idle
  private var response = MessageHalf.idle
  private var life = ConnectionLife.persistent

  public init() {}

  public var next: Next {
    if life == .failed { return .close }
    switch (request, response) {
    case (.idle, .idle): return life == .persistent ? .awaitRequest : .close
    // Nothing that the client sends after this could be answered.
    case (_, .ended) where life == .closing: return .close
    case (.idle, _), (.content, _), (.ended, _): return .continue
    }
  }

  /// Whether the response's head has been sent: from then on no other answer can be given.
  public var hasSentResponseHead: Bool { response != .idle }

  /// Whether the response has been sent to its end, or the connection awaits the next request.
  public var hasSentResponseEnd: Bool {
    response == .ended || (request == .idle && response == .idle)
  }

  /// Whether the connection ends with this exchange.
  public var isClosing: Bool { life != .persistent }

  /// Whether content of the request is still to come.
  public var awaitsContent: Bool { request == .content }

  /// - Parameters:
  ///   - isPersistent: What the request says about the connection.
  ///   - hasContent: Whether content follows; if not, the request has ended.
  public mutating func receivedRequestHead(isPersistent: Bool, hasContent: Bool) {
    guard request == .idle, response == .idle, life == .persistent else { return failed() }
    if !isPersistent { life = .closing }
    request = hasContent ? .content : .ended
  }

  /// The request's content has ended, exactly at its framing.
  public mutating func receivedRequestEnd() {
    guard request == .content else { return failed() }
    request = .ended
    settle()
  }

  /// An interim response was sent: it may come at any time before the response, and changes
  /// nothing.
  public mutating func sentInterimResponse() {
    guard request != .idle, response == .idle else { return failed() }
  }

  /// - Parameters:
  ///   - isPersistent: What the response says about the connection; false also when only its
  ///     closing ends the content.
  ///   - hasContent: Whether content follows; if not, the response has ended.
  public mutating func sentResponseHead(isPersistent: Bool, hasContent: Bool) {
    guard request != .idle, response == .idle else { return failed() }
    if !isPersistent, life == .persistent { life = .closing }
    response = hasContent ? .content : .ended
    settle()
  }

  /// The response's content has been sent, exactly to its framing's end.
  public mutating func sentResponseEnd() {
    guard response == .content else { return failed() }
    response = .ended
    settle()
  }

  /// No further request is to be served on this connection: the daemon drains, or a limit is
  /// reached.
  public mutating func closeAfterResponse() {
    if life == .persistent { life = .closing }
  }

  /// The connection broke, the exchange was aborted, or a message broke its framing.
  public mutating func failed() { life = .failed }

  private mutating func settle() {
    guard request == .ended, response == .ended, life == .persistent else { return }
    request = .idle
    response = .idle
  }
}
