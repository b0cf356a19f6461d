/// The life of a connection to a backend: one machine per half, and reuse decided on the pair
/// (RFC 9112 §9.3).
///
/// ```
/// request half    idle ── head ──► content ── end ──► ended ─┐  both ended, request first, and
/// response half   idle ── head ──► content ── end ──► ended ─┴► persistent: both idle, reusable
/// ```
///
/// A response that ends before its request leaves the backend in the middle of a message that it
/// may never read to its end: such a connection is not used again.
public struct ClientConnectionMachine: ~Copyable, Sendable {
  private var request = MessageHalf.idle
  private var response = MessageHalf.idle
  private var life = ConnectionLife.persistent

  public init() {}

  /// Whether a new request may be sent.
  ///
  /// True only when every request and response so far ended exactly at its framing, each said that
  /// the connection persists, and not one octet came that belongs to no response.
  public var canReuse: Bool { request == .idle && response == .idle && life == .persistent }

  /// Whether the response's head has come: from then on the request must not be tried elsewhere.
  public var hasReceivedResponseHead: Bool { response != .idle }

  /// Whether content of the request is still to be sent.
  public var isSendingContent: Bool { request == .content && life != .failed }

  /// - Parameters:
  ///   - isPersistent: What the request says about the connection.
  ///   - hasContent: Whether content follows; if not, the request has ended.
  public mutating func sentRequestHead(isPersistent: Bool, hasContent: Bool) {
    guard canReuse else { return failed() }
    if !isPersistent { life = .closing }
    request = hasContent ? .content : .ended
  }

  /// The request's content has been sent, exactly to its framing's end.
  public mutating func sentRequestEnd() {
    guard request == .content else { return failed() }
    request = .ended
  }

  /// An interim response came; the response is still to come.
  public mutating func receivedInterimResponse() {
    guard request != .idle, response == .idle else { return failed() }
  }

  /// - Parameters:
  ///   - isPersistent: What the response says about the connection.
  ///   - hasContent: Whether content follows; if not, the response has ended.
  public mutating func receivedResponseHead(isPersistent: Bool, hasContent: Bool) {
    guard request != .idle, response == .idle else { return failed() }
    if !isPersistent, life == .persistent { life = .closing }
    response = .content
    if !hasContent { receivedResponseEnd() }
  }

  /// The response's content has ended, exactly at its framing.
  public mutating func receivedResponseEnd() {
    guard response == .content else { return failed() }
    guard request == .ended else {
      response = .ended
      return failed()
    }
    guard life == .persistent else {
      response = .ended
      return
    }
    request = .idle
    response = .idle
  }

  /// Octets came that belong to no response: past the end of one, or unasked for.
  public mutating func receivedSurplus() { failed() }

  /// The connection broke, the exchange was aborted, or a message broke its framing.
  public mutating func failed() { life = .failed }
}
