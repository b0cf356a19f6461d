import Bytes

/// How long an exchange was in each phase, in microseconds; -1 for one that it did not come to.
public struct PhaseTimes: BitwiseCopyable, Sendable {
  /// From the end of the exchange before on the connection, or its beginning, to the first octet of
  /// the request. HTTP/1 only.
  public var wait: Int64 = -1
  /// From then until the head was whole. HTTP/1 only.
  public var head: Int64 = -1
  /// Waiting for a connection, or a stream.
  public var queue: Int64 = -1
  /// Connecting, TLS included.
  public var connect: Int64 = -1
  /// Until the request had been sent, content included.
  public var request: Int64 = -1
  /// From then until the head of the response was there.
  public var backend: Int64 = -1
  /// From then to the end.
  public var response: Int64 = -1

  public init() {}
}
