import Bytes

extension HTTP2Connection {
  /// Queues a PING; its acknowledgement carries the same data.
  public mutating func ping(_ data: UInt64) { fatalError() }

  /// The first step of shutting down: GOAWAY that names the highest number there is, so that streams
  /// already on their way are still served (RFC 9113 §6.8).
  public mutating func beginShutdown() { fatalError() }

  /// The second step: GOAWAY that names the last stream that is served. Later ones are ignored.
  ///
  /// The connection may be closed when ``activeStreams`` is 0.
  public mutating func finishShutdown(_ code: ErrorCode) { fatalError() }

  /// Queues the GOAWAY of an error. The owner flushes it and closes.
  public mutating func close(_ error: ConnectionError) { fatalError() }

  /// Everything that was in ``output`` has gone to the peer.
  public mutating func outputFlushed() { fatalError() }

  /// When ``check(now:)`` has to be called at the latest; nil for never. Microseconds.
  public var nextDeadline: Int64? { fatalError() }

  /// - Throws: When the peer has let a deadline pass.
  public mutating func check(now: Int64) throws(ConnectionError) { fatalError() }
}
