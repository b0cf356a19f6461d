import Bytes

/// Frames that are about the connection, or that only steer a stream.
extension HTTP2Connection {
  /// RFC 9113 §6.4.
  mutating func receivedReset(
    _ head: FrameHead, _ payload: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    guard let slot = streams.slot(of: head.streamID) else {
      guard !isIdle(head.streamID) else { throw .idleStream(.resetStream) }
      try glitch(now: now)
      return nil
    }
    let state = streams[slot].state
    guard state.received(.resetStream) == .accept else {
      try glitch(now: now)
      return nil
    }
    // One that is of no use to anyone any more costs nothing: a client that has its response, a
    // server that wants no more of the request.
    let isEarly = role == .server ? state.canSend : state.canReceive
    if isEarly { try floods.reset(now: now) }
    streams[slot].state.receivedReset()
    forget(slot)
    if role == .client { streams.deactivate(slot) }
    return .reset(slot, ErrorCode(rawValue: payload.halfWord(at: 0).byteSwapped))
  }

  /// RFC 9113 §6.7.
  mutating func receivedPing(
    _ head: FrameHead, _ payload: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    try floods.ping(now: now)
    let high = UInt64(payload.halfWord(at: 0).byteSwapped)
    let data = high << 32 | UInt64(payload.halfWord(at: 4).byteSwapped)
    if head.flags.contains(.ack) { return .pingAcknowledged(data) }
    output.appendPing(data, isAcknowledgement: true)
    floods.queuedFrame()
    return nil
  }

  /// RFC 9113 §6.8.
  mutating func receivedGoAway(
    _ payload: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    let last = StreamID(rawValue: payload.halfWord(at: 0).byteSwapped)
    if let before = goAway.received {
      guard last <= before else { throw .risingGoAway }
      try glitch(now: now)
    }
    goAway.received = last
    if role == .client { streams.close(above: last) }
    return .goAway(
      lastStreamID: last, ErrorCode(rawValue: payload.halfWord(at: 4).byteSwapped))
  }

  /// RFC 9113 §6.9.
  mutating func receivedWindowUpdate(
    _ head: FrameHead, _ payload: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    let increment = Int64(payload.halfWord(at: 0).byteSwapped & 0x7FFF_FFFF)
    guard increment > 0 else { throw .zeroWindowUpdate }
    if head.streamID == .connection {
      let wasClosed = sendWindow.sendable == 0
      let wasLow = sendWindow.sendable < Self.leastSend
      try floods.windowUpdate(increment, wasClosed: wasClosed, now: now)
      guard sendWindow.add(increment) else { throw .windowOverflow }
      return wasLow && sendWindow.sendable > 0 ? .sendWindowOpened(nil) : nil
    }
    guard let slot = streams.slot(of: head.streamID) else {
      guard !isIdle(head.streamID) else { throw .idleStream(.windowUpdate) }
      try floods.windowUpdate(increment, wasClosed: false, now: now)
      return nil
    }
    let wasClosed = streams[slot].sendWindow.sendable == 0
    let wasLow = streams[slot].sendWindow.sendable < Self.leastSend
    try floods.windowUpdate(increment, wasClosed: wasClosed, now: now)
    guard streams[slot].state.received(.windowUpdate) == .accept else { return nil }
    guard streams[slot].sendWindow.add(increment) else {
      return try fail(slot, .windowOverflow, now: now)
    }
    let isOpen = streams[slot].sendWindow.sendable > 0
    return wasLow && isOpen ? .sendWindowOpened(slot) : nil
  }

  /// RFC 9218 §7.1.
  mutating func receivedPriorityUpdate(
    _ payload: Span<UInt8>
  ) throws(ConnectionError) -> Event? {
    try floods.priority()
    let id = StreamID(rawValue: payload.halfWord(at: 0).byteSwapped)
    guard role == .server, id != .connection else { throw .invalidPriorityUpdate }
    // What it does not say goes back to the default.
    var priority = StreamPriority()
    priority.apply(payload.extracting(4..<payload.count))
    if let slot = streams.slot(of: id) {
      guard streams[slot].priority != priority else { return nil }
      streams[slot].priority = priority
      return .priorityChanged(slot)
    }
    if isIdle(id) { earlyPriority = (id, priority) }
    return nil
  }
}
