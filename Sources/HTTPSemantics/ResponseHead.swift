public import Bytes

/// The head of a response, as offsets into the octets that it was parsed from.
///
/// Whatever protocol it came by. Made once per connection or stream and filled for each response,
/// interim ones included, so that its memory is reused. Noncopyable, since each copy would retain
/// the memory of its fields.
public struct ResponseHead: ~Copyable, Sendable {
  /// From 100 to 599.
  public var status: UInt16 = 0
  /// 0 for HTTP/1.0, else 1.
  public var minorVersion: UInt8 = 1
  /// The reason phrase, which may be empty.
  public var reason = ByteRange()
  public var fields = FieldSection()
  /// Octets of the head, the CRLF that ends it included.
  public var length = 0
  public var framing = MessageFraming.none
  /// Whether version, `Connection` and framing let another response follow on the connection.
  public var isPersistent = true
  /// Whether there is an `Upgrade` that `Connection` names (RFC 9110 §7.8). HTTP/1.1 only.
  public var upgradeNamed = false
  /// The `timeout` of `Keep-Alive`: how long the backend means to keep the connection idle.
  public var keepAliveTimeoutSeconds: UInt32?

  public init() {}

  /// One more that says the same of the same octets.
  public var copied: ResponseHead {
    var other = ResponseHead()
    (other.status, other.minorVersion, other.reason) = (status, minorVersion, reason)
    (other.fields, other.length, other.framing) = (fields, length, framing)
    (other.isPersistent, other.upgradeNamed) = (isPersistent, upgradeNamed)
    other.keepAliveTimeoutSeconds = keepAliveTimeoutSeconds
    return other
  }

  /// Whether this is a 1xx response, which another head follows.
  public var isInterim: Bool { StatusCode(rawValue: status).isInterim }

  /// Forgets the response before, and keeps the memory of its fields.
  public mutating func reset() {
    fields.removeAll()
    keepAliveTimeoutSeconds = nil
    upgradeNamed = false
    // All else is set by every response.
  }
}
