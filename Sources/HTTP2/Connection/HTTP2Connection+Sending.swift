public import Bytes
public import HTTPSemantics

extension HTTP2Connection {
  // Opening

  /// Whether ``openStream()`` would open one.
  public var canOpenStream: Bool { fatalError() }

  /// Client: takes a slot for a request. Its number is given by `beginHead`.
  ///
  /// - Returns: nil at the peer's limit, after GOAWAY, and when the numbers are used up.
  public mutating func openStream() -> StreamSlot? { fatalError() }

  // Heads

  /// Begins a head, or trailers. All of it is to be written at once, with no other call in between:
  /// `encode` for each field, then `endHead`.
  ///
  /// - Returns: False when nothing can be sent on the stream any more.
  public mutating func beginHead(_ slot: StreamSlot) -> Bool { fatalError() }

  public mutating func encode(status: UInt16) { fatalError() }

  /// - Parameter id: `:method`, `:scheme`, `:authority`, `:path` or `:protocol`; all before the fields.
  public mutating func encode(pseudo id: FieldID, _ value: Span<UInt8>) { fatalError() }

  /// - Parameter name: In any case.
  public mutating func encode(
    _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>, isNeverIndexed: Bool = false
  ) { fatalError() }

  /// Ends the head, as a HEADERS frame, and CONTINUATION frames if need be.
  public mutating func endHead(_ slot: StreamSlot, endsStream: Bool) { fatalError() }

  // Content

  /// How much content the stream may send now, by its window and the connection's.
  public func sendableOctets(_ slot: StreamSlot) -> Int { fatalError() }

  /// Writes as much of `piece` as the windows and `limit` let through, as DATA frames.
  ///
  /// - Parameter endsStream: Whether the stream ends with the piece; it does when all is taken.
  /// - Returns: How many octets were taken.
  public mutating func writeData(
    _ slot: StreamSlot, _ piece: Span<UInt8>, endsStream: Bool, limit: Int = .max
  ) -> Int { fatalError() }

  /// Ends our side of the stream, by an empty DATA frame.
  public mutating func writeEnd(_ slot: StreamSlot) { fatalError() }

  // Streams

  /// The owner is done with `octets` of a stream's content: the peer may send so many more.
  public mutating func consumed(_ slot: StreamSlot, _ octets: Int) { fatalError() }

  /// Gives the stream up: queues RST_STREAM, unless it has ended on both sides. The slot stays.
  public mutating func reset(_ slot: StreamSlot, _ code: ErrorCode) { fatalError() }

  /// Gives the slot back. Only from then on does a stream that was reset no longer count.
  ///
  /// A stream that has not ended on both sides is reset: with NO_ERROR when our side has (RFC 9113
  /// §8.1), else with CANCEL by a client and with INTERNAL_ERROR by a server.
  public mutating func release(_ slot: StreamSlot) { fatalError() }

  /// The number of the stream; 0 for one that has none yet.
  public func streamID(_ slot: StreamSlot) -> StreamID { fatalError() }

  /// What the client's `priority` field, or PRIORITY_UPDATE, says.
  public func priority(of slot: StreamSlot) -> StreamPriority { fatalError() }

  /// Whether anything can still be sent on the stream.
  public func canSend(_ slot: StreamSlot) -> Bool { fatalError() }

  /// Streams that count against the limit: neither ended on both sides, nor reset and released.
  public var activeStreams: Int { fatalError() }
}
