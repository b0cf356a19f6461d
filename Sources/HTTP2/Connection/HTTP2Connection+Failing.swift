/// Stream errors (RFC 9113 §5.4.2). All take from the budget of resets: to make us send RST_STREAM
/// is an attack as good as sending it.
extension HTTP2Connection {
  /// Refuses a stream that has no slot.
  mutating func refuse(
    _ id: StreamID, _ error: StreamError, now: Int64
  ) throws(ConnectionError) -> Event {
    if error == .refused {
      // A client that has not seen our limit yet may well open too many.
      try glitch(now: now)
    } else {
      try floods.reset(now: now)
    }
    queueReset(id, error.code)
    streams.noteReset(id)
    return .refused(id, error)
  }

  mutating func fail(
    _ slot: StreamSlot, _ error: StreamError, now: Int64
  ) throws(ConnectionError) -> Event {
    try floods.reset(now: now)
    abandon(slot, error.code)
    return .failed(slot, error)
  }

  /// Ends a stream by RST_STREAM, unless it has ended.
  mutating func abandon(_ slot: StreamSlot, _ code: ErrorCode) {
    let state = streams[slot].state
    guard !state.isClosed else { return }
    streams[slot].state.sentReset()
    if state != .idle { queueReset(streams[slot].id, code) }
    forget(slot)
    // To a server, a stream that we reset is one less. A client gets the place of one that it made
    // us reset only when the work for it has ended.
    if role == .client { streams.deactivate(slot) }
  }

  /// Nothing more is told of what the peer sends on the stream.
  mutating func forget(_ slot: StreamSlot) {
    if dataFrame.slot == slot { dataFrame.slot = nil }
    if pendingEnd == slot { pendingEnd = nil }
    block.forget(slot)
  }

  private mutating func queueReset(_ id: StreamID, _ code: ErrorCode) {
    output.appendReset(id, code)
    floods.queuedFrame()
  }
}
