public import Bytes
public import HTTPSemantics

/// What the access log tells about one finished exchange.
///
/// Making one allocates nothing: names are the configuration's own strings, and what the client
/// said stays where it is, as ranges into the octets of the request's head.
public struct AccessRecord: Sendable {
  /// When the request began, in microseconds since 1970.
  public var time: Int64 = 0
  /// From then to the end of the exchange, in microseconds.
  public var duration: UInt64 = 0
  /// Names; empty for what the exchange did not come to.
  public var listener = ""
  public var route = ""
  public var cluster = ""
  public var subcluster = ""
  /// The address of the backend that answered, or was tried last.
  public var backend = ""
  /// Ranges into the head; empty for what it did not have.
  public var method = ByteRange()
  public var target = ByteRange()
  /// The target without its query; without scheme and authority, too.
  public var path = ByteRange()
  public var host = ByteRange()
  public var userAgent = ByteRange()
  public var referer = ByteRange()
  /// `HTTP/1.1`, `HTTP/2.0`.
  public var proto: StaticString = "HTTP/1.1"
  /// The number of the stream that it came by, with HTTP/2; else 0.
  public var stream: UInt32 = 0
  public var status: UInt16 = 0
  /// Octets of content received from and sent to the client.
  public var bytesIn: UInt64 = 0
  public var bytesOut: UInt64 = 0
  /// Tries with a backend.
  public var attempts = 0
  /// Why the exchange ended early, or with an error of ours; nil when it did not.
  public var end: Reason?
  public var termination = Termination()
  public var times = PhaseTimes()
  /// Of the client's connection; empty in clear.
  public var tlsVersion = ""
  public var tlsCipher = ""
  /// Our own span in its trace.
  public var trace: TraceParent?

  public init() {}
}
