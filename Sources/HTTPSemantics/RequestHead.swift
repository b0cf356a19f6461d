public import Bytes

/// The head of a request, as offsets into the octets that it was parsed from.
///
/// Whatever protocol it came by. Made once per connection or stream and filled for each request, so
/// that its memory is reused.
public struct RequestHead: Sendable {
  public var method = Method.other
  public var methodBytes = ByteRange()
  public var form = TargetForm.origin
  /// The whole request target, as sent.
  public var target = ByteRange()
  /// The path of the target. Empty stands for "/", in absolute-form; it is empty in asterisk-form.
  public var path = ByteRange()
  /// The query of the target with its "?", or empty.
  public var query = ByteRange()
  /// Whether `path` has to go through ``PathNormalizer`` before anything is decided by it.
  public var pathNeedsNormalizing = false
  /// 0 for HTTP/1.0, else 1.
  public var minorVersion: UInt8 = 1
  public var fields = FieldSection()
  /// Octets of the head, the CRLFs before it and the one that ends it included.
  public var length = 0
  /// Never ``MessageFraming/untilClose``.
  public var framing = MessageFraming.none
  /// From the target in absolute-form, else from Host. Empty for HTTP/1.0 without Host.
  public var authority = ByteRange()
  /// The host of `authority`; an IPv6 address keeps its brackets.
  public var host = ByteRange()
  /// The port of `authority`; nil when it names none.
  public var port: UInt16?
  /// Whether the version and `Connection` let another request follow on the connection.
  public var isPersistent = true
  /// Whether the client waits for 100 (Continue) before it sends its content (RFC 9110 §10.1.1).
  public var expectsContinue = false
  /// Whether `TE` says that the client wants trailers (RFC 9110 §6.5.1).
  public var acceptsTrailers = false
  /// Whether there is an `Upgrade` that `Connection` names. HTTP/1.1 only.
  public var upgradeRequested = false
  /// Whether `Connection` then also names `HTTP2-Settings` (RFC 7540 §3.2.1).
  public var namesHTTP2Settings = false
  /// The `:protocol` of an extended CONNECT (RFC 8441 §4); empty for every other request.
  public var connectProtocol = ByteRange()

  public init() {}

  /// Forgets the request before, and keeps the memory of its fields.
  public mutating func reset() {
    // One by one: assigning a new head would make the memory of the fields change hands twice.
    fields.removeAll()
    (path, authority, host, port) = (ByteRange(), ByteRange(), ByteRange(), nil)
    (pathNeedsNormalizing, expectsContinue) = (false, false)
    // A head that is refused is logged as far as it came: ranges of the one before would point
    // anywhere, even past the end of the buffer.
    (method, methodBytes, target, query) = (.other, ByteRange(), ByteRange(), ByteRange())
    connectProtocol = ByteRange()
    // All else is set by every request.
  }
}
