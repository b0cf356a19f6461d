public import Bytes
public import HTTPSemantics

/// What the access log tells about one finished exchange.
///
/// The worker notes it down as it is, and the log's thread makes a line of it: there, one record
/// after the other, the same work costs a fraction of what it does amid requests. What is text lies
/// in octets that go with the record; it has their ranges, empty for what there was not.
public struct AccessRecord: BitwiseCopyable, Sendable {
  /// When the request began, in microseconds since 1970.
  public var time: Int64 = 0
  /// From then to the end of the exchange, in microseconds.
  public var duration: UInt64 = 0
  /// Octets of content received from and sent to the client.
  public var bytesIn: UInt64 = 0
  public var bytesOut: UInt64 = 0
  public var times = PhaseTimes()
  /// Names.
  public var listener = ByteRange()
  public var route = ByteRange()
  public var cluster = ByteRange()
  public var subcluster = ByteRange()
  /// The address of the backend that answered, or was tried last.
  public var backend = ByteRange()
  /// The text of the client's address, or what stands for it; and of the trusted proxy's that has
  /// told it, if one has.
  public var client = ByteRange()
  public var peer = ByteRange()
  public var method = ByteRange()
  public var target = ByteRange()
  /// The target without its query; without scheme and authority, too.
  public var path = ByteRange()
  public var host = ByteRange()
  public var requestID = ByteRange()
  public var userAgent = ByteRange()
  public var referer = ByteRange()
  /// Of the client's connection; empty in clear.
  public var tlsVersion = ByteRange()
  public var tlsCipher = ByteRange()
  /// The number of the stream that it came by, with HTTP/2; else 0.
  public var stream: UInt32 = 0
  /// Tries with a backend.
  public var attempts: UInt32 = 0
  public var status: UInt16 = 0
  public var proto = WireProtocol.http11
  /// Why the exchange ended early, or with an error of ours; nil when it did not.
  public var end: Reason?
  public var termination = Termination()
  /// Our own span in its trace.
  public var trace: TraceParent?
  /// The client's span that has caused ours; 0 for none.
  public var parentSpan: UInt64 = 0

  public init() {}

  /// What a request came by, as logs name it.
  public enum WireProtocol: UInt8, BitwiseCopyable, Sendable {
    case http10, http11, http2

    var name: StaticString {
      switch self {
      case .http10: "HTTP/1.0"
      case .http11: "HTTP/1.1"
      case .http2: "HTTP/2.0"
      }
    }
  }
}
