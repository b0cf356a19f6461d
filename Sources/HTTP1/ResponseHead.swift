public import Bytes
public import HTTPSemantics

/// The head of a response, as offsets into the octets that it was parsed from.
///
/// Made once per connection and filled by ``ResponseHeadParser`` for each response, interim ones
/// included, so that its memory is reused.
public struct ResponseHead: Sendable {
  /// From 100 to 599.
  public var status: UInt16 = 0
  /// 0, or 1 for every HTTP/1.x with x of 1 or more.
  public var minorVersion: UInt8 = 1
  /// The reason phrase, which may be empty.
  public var reason = ByteRange()
  public var fields = FieldSection()
  /// Octets of the head, the CRLF that ends it included.
  public var length = 0
  public var framing = MessageFraming.none
  /// Whether version, `Connection` and framing let another response follow on the connection.
  public var isPersistent = true
  /// The `timeout` of `Keep-Alive`: how long the backend means to keep the connection idle.
  public var keepAliveTimeoutSeconds: UInt32?

  public init() {}

  /// Whether this is a 1xx response, which another head follows.
  public var isInterim: Bool { StatusCode(rawValue: status).isInterim }

  /// Forgets the response before, and keeps the memory of its fields.
  mutating func reset() {
    fields.removeAll()
    keepAliveTimeoutSeconds = nil
    // All else is set by every response.
  }
}
