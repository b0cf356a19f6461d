import HTTPSemantics

/// Streams, from opening one to giving its slot back.
extension HTTP2Connection {
  /// Streams that we have at a time before the peer has said how many it takes.
  private static var assumedConcurrentStreams: UInt32 { 100 }

  /// Whether ``openStream()`` would open one.
  public var canOpenStream: Bool {
    let assumed = hasPeerSettings ? .max : Self.assumedConcurrentStreams
    let most = peerSettings.maxConcurrentStreams ?? assumed
    return role == .client && failure == nil && goAway.sent == nil && goAway.received == nil
      && nextStreamNumber <= StreamID.max.rawValue && streams.activeCount < Int(most)
  }

  /// Client: takes a slot for a request. Its number is given by `beginHead`.
  ///
  /// - Returns: nil at the peer's limit, after GOAWAY, and when the numbers are used up.
  public mutating func openStream() -> StreamSlot? {
    guard canOpenStream else { return nil }
    return streams.insert(
      StreamRecord(
        id: .connection, state: .idle, sendWindow: SendWindow(0),
        receiveWindow: ReceiveWindow(streamReceiveWindow)))
  }

  /// Numbers are given in the order in which the streams' HEADERS go out (RFC 9113 §5.1.1).
  mutating func giveNumber(to slot: StreamSlot) -> Bool {
    guard failure == nil, goAway.received == nil, nextStreamNumber <= StreamID.max.rawValue else {
      return false
    }
    streams.assign(StreamID(rawValue: nextStreamNumber), to: slot)
    nextStreamNumber &+= 2
    streams[slot].state.sentHeaders()
    // The settings may have changed since the slot was taken.
    streams[slot].sendWindow = SendWindow(Int32(clamping: peerSettings.initialWindowOctets))
    streams[slot].receiveWindow = ReceiveWindow(streamReceiveWindow)
    floods.openedStream()
    return true
  }

  /// The owner is done with `octets` of a stream's content: the peer may send so many more.
  public mutating func consumed(_ slot: StreamSlot, _ octets: Int) {
    let count = min(max(octets, 0), streams[slot].unconsumed)
    streams[slot].unconsumed &-= count
    creditStream(slot, count)
    if credit == .onConsumption { creditConnection(count) }
  }

  /// Gives the stream up: queues RST_STREAM, unless it has ended on both sides. The slot stays.
  public mutating func reset(_ slot: StreamSlot, _ code: ErrorCode) { abandon(slot, code) }

  /// Gives the slot back. Only from then on does a stream that was reset no longer count.
  ///
  /// A stream that has not ended on both sides is reset: with NO_ERROR when our side has (RFC 9113
  /// §8.1), else with CANCEL by a client and with INTERNAL_ERROR by a server.
  public mutating func release(_ slot: StreamSlot) {
    if streams[slot].state == .halfClosedLocal {
      abandon(slot, role == .server ? .noError : .cancel)
    } else {
      abandon(slot, role == .server ? .internalError : .cancel)
    }
    forget(slot)
    if credit == .onConsumption { creditConnection(streams[slot].unconsumed) }
    streams[slot].unconsumed = 0
    streams.remove(slot)
  }

  /// The number of the stream; 0 for one that has none yet.
  public func streamID(_ slot: StreamSlot) -> StreamID { streams[slot].id }

  /// What the client's `priority` field, or PRIORITY_UPDATE, says.
  public func priority(of slot: StreamSlot) -> StreamPriority { streams[slot].priority }

  /// Whether anything can still be sent on the stream.
  public func canSend(_ slot: StreamSlot) -> Bool { streams[slot].state.canSend }

  /// Streams that count against the limit: neither ended on both sides, nor reset and released.
  public var activeStreams: Int { streams.activeCount }
}
