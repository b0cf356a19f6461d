import Bytes

extension HTTP2Connection {
  /// Reads on, to the next event.
  ///
  /// To be called until it says ``Event/needMoreOctets``. What is then left of the input, a frame
  /// that is not whole, has to come again with more behind it: 9 octets and `maxFrameOctets` at
  /// most, 16 393 by default. DATA frames are given in parts as they come.
  ///
  /// - Parameters:
  ///   - input: What was received. Offsets in events count in it.
  ///   - position: How much of it has been used; moved.
  ///   - now: Microseconds.
  /// - Throws: What the connection ends by: to be handed to ``close(_:)``. It is thrown again by
  ///   every later call.
  public mutating func receive(
    _ input: Span<UInt8>, at position: inout Int, now: Int64
  ) throws(ConnectionError) -> Event {
    if let failure { throw failure }
    if let slot = pendingEnd {
      pendingEnd = nil
      return .end(slot)
    }
    do throws(ConnectionError) {
      while true {
        if let event = try step(input, at: &position, now: now) { return event }
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// Whether ``receive(_:at:now:)`` would read a head next, as far as that can be seen.
  public func isBeforeHead(_ input: Span<UInt8>, at position: Int) -> Bool {
    pendingEnd == nil && reader.isBeforeHeaders(input, at: position)
  }

  /// Reads one frame, or a part of one.
  private mutating func step(
    _ input: Span<UInt8>, at position: inout Int, now: Int64
  ) throws(ConnectionError) -> Event? {
    switch try reader.next(input, at: &position) {
    case .needMoreOctets:
      let isWithinFrame = reader.isWithinFrame(input, at: position)
      deadlines.waiting(isWithinFrame: isWithinFrame, now: now)
      return .needMoreOctets
    case .content(let range, let isLast): return receivedContent(range, isLast: isLast)
    case .data(let head, let content):
      try begin(head, now: now)
      return try receivedData(head, content: content, now: now)
    case .frame(let head, let payload):
      try begin(head, now: now)
      return try received(head, input, payload, now: now)
    }
  }

  /// What holds for every frame.
  private mutating func begin(_ head: FrameHead, now: Int64) throws(ConnectionError) {
    guard hasPeerSettings || head.type == .settings && !head.flags.contains(.ack) else {
      throw .firstFrameNotSettings
    }
    try floods.checkUnsent()
    if head.type != .ping { floods.otherFrame() }
    if reader.blockStream == .connection { deadlines.receivedFrame() }
  }

  private mutating func received(
    _ head: FrameHead, _ input: Span<UInt8>, _ payload: Range<Int>, now: Int64
  ) throws(ConnectionError) -> Event? {
    switch head.type {
    case .headers: return try receivedHeaders(head, input, payload, now: now)
    case .continuation: return try receivedContinuation(head, input.extracting(payload), now: now)
    case .settings: return try receivedSettings(head, input.extracting(payload), now: now)
    case .windowUpdate: return try receivedWindowUpdate(head, input.extracting(payload), now: now)
    case .resetStream: return try receivedReset(head, input.extracting(payload), now: now)
    case .ping: return try receivedPing(head, input.extracting(payload), now: now)
    case .goAway: return try receivedGoAway(input.extracting(payload), now: now)
    case .priorityUpdate: return try receivedPriorityUpdate(input.extracting(payload))
    case .pushPromise: throw .unexpectedPushPromise
    case .priority:
      try OldPriority.check(input, at: payload.lowerBound, of: head.streamID)
      try floods.priority()
      return nil
    case .unknown, .data:
      try floods.frame(isEmpty: head.length == 0, now: now)
      try glitch(now: now)
      return nil
    }
  }

  /// Counts something without an honest use. Who does much of it is asked to leave before being cut
  /// off.
  mutating func glitch(now: Int64) throws(ConnectionError) {
    try floods.glitch(now: now)
    if floods.isNearlySpent, goAway.sent == nil { beginShutdown() }
  }

  /// Whether the stream with this number has not been opened yet.
  func isIdle(_ id: StreamID) -> Bool {
    guard id.isClientInitiated else { return true }
    return switch role {
    case .server: id > lastPeerStreamID && !goAway.ignores(id)
    case .client: id.rawValue >= nextStreamNumber
    }
  }
}
