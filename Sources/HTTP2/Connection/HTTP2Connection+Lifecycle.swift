import Bytes
import HPACK
import HTTPSemantics

/// What concerns the connection as a whole.
extension HTTP2Connection {
  /// Queues a PING; its acknowledgement carries the same data.
  public mutating func ping(_ data: UInt64) { output.appendPing(data, isAcknowledgement: false) }

  /// The first step of shutting down: GOAWAY that names the highest number there is, so that
  /// streams already on their way are still served (RFC 9113 §6.8).
  public mutating func beginShutdown() {
    guard goAway.sent == nil else { return }
    goAway.sent = .max
    output.appendGoAway(.max, .noError, reason: nil)
  }

  /// The second step: GOAWAY that names the last stream that is served. Later ones are ignored.
  ///
  /// The connection may be closed when ``activeStreams`` is 0.
  public mutating func finishShutdown(_ code: ErrorCode) {
    goAway.sent = lastPeerStreamID
    output.appendGoAway(lastPeerStreamID, code, reason: nil)
  }

  /// Queues the GOAWAY of an error. The owner flushes it and closes.
  public mutating func close(_ error: ConnectionError) {
    failure = error
    goAway.sent = lastPeerStreamID
    output.appendGoAway(lastPeerStreamID, error.code, reason: error.reason)
  }

  /// Everything that was in ``output`` has gone to the peer.
  ///
  /// Frames that the peer made us write count until then: one that does not read its answers is cut
  /// off.
  public mutating func outputFlushed() { floods.flushed() }

  /// When ``check(now:)`` has to be called at the latest; nil for never. Microseconds.
  public var nextDeadline: Int64? { deadlines.next }

  /// - Throws: When the peer has let a deadline pass.
  public mutating func check(now: Int64) throws(ConnectionError) {
    if let failure { throw failure }
    do throws(ConnectionError) {
      try deadlines.check(now: now)
    } catch {
      failure = error
      throw error
    }
  }

  /// Gives up memory that the next stream can have anew, for a connection that will be idle for
  /// long.
  ///
  /// - Precondition: No stream is open, and none is being received.
  public mutating func releaseMemory() {
    requestHead.fields = FieldSection()
    responseHead.fields = FieldSection()
    scratchFields = FieldSection()
    trailers = TrailerSection(octets: [], fields: FieldSection())
    headOctets = OutputBuffer(capacity: 0)
    knownAuthority.releaseMemory()
    streams.releaseMemory()
    decoder.releaseMemory()
    encoder.releaseMemory()
  }
}
