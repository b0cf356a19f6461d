extension HTTP2Connection {
  /// What became of octets that were received.
  ///
  /// A stream begins with ``request(_:)`` or ``response(_:)``, then come ``data(_:_:)`` and at most
  /// one ``trailers(_:)``, and what the peer sends ends with exactly one of ``end(_:)``,
  /// ``reset(_:_:)`` and ``failed(_:_:)``. After ``end(_:)``, while our side is not finished, one
  /// of the other two may still come. The slot is the owner's until `release`.
  public enum Event: Equatable, Sendable {
    /// All that could be used has been.
    case needMoreOctets
    /// Server: a request's head is in `requestHead`, what it refers to in `headOctets`, and what is
    /// wrong with it in `requestProblem`. All are valid until the next call of `receive`; the owner
    /// copies them, or swaps head and octets with those that it keeps for the stream.
    ///
    /// Its framing is `.none` exactly when it ended the stream. ``end(_:)`` follows at the next
    /// call even so, and needs no further octets.
    case request(StreamSlot)
    /// Client: a response's head is in `responseHead`, what it refers to in `headOctets`, as above.
    /// Interim responses too.
    ///
    /// Its framing is `.none` when it ended the stream or can have no content; ``end(_:)`` is still
    /// to come either way.
    case response(StreamSlot)
    /// A trailer section is in `trailers`. ``end(_:)`` follows at the next call.
    case trailers(StreamSlot)
    /// Content, as offsets into the input. Until the owner has called `consumed` for them, the peer
    /// cannot send others in their place.
    case data(StreamSlot, Range<Int>)
    /// The peer has ended its side, after exactly as much content as it announced.
    case end(StreamSlot)
    /// The peer has given up the stream. Nothing more can be sent on it.
    case reset(StreamSlot, ErrorCode)
    /// The peer broke a rule on this stream: RST_STREAM has been queued, and nothing more can be
    /// sent.
    case failed(StreamSlot, StreamError)
    /// A stream was refused before it had a slot: RST_STREAM has been queued. To be counted.
    case refused(StreamID, StreamError)
    /// A stream that could send little or nothing has more window; with nil, so has the connection,
    /// and any stream may go on. See `canSendWell`.
    case sendWindowOpened(StreamSlot?)
    /// The client has changed how urgent a stream is (RFC 9218 §7): see `priority(of:)`.
    case priorityChanged(StreamSlot)
    /// `peerSettings` are new, and acknowledged. Any stream may have window again, and more streams
    /// may be allowed. The first one is the sign to serve the request of an upgraded connection.
    case settingsReceived
    case settingsAcknowledged
    case pingAcknowledged(UInt64)
    /// The peer takes no further streams. Client: those above `lastStreamID` have been closed
    /// without having been processed, so their requests may be sent again elsewhere; no other event
    /// tells of them, and their slots are still to be released.
    case goAway(lastStreamID: StreamID, ErrorCode)
  }

  public enum Role: Sendable {
    case server, client
  }
}
