import Bytes
import HTTPSemantics

/// Heads and trailers, once they have been decoded (RFC 9113 §8).
extension HTTP2Connection {
  mutating func receivedRequest(
    _ id: StreamID, isWithinLimits: Bool, now: Int64
  ) throws(ConnectionError) -> Event? {
    var priority = StreamPriority()
    if isWithinLimits {
      do throws(StreamError) {
        requestProblem = try interpretRequest(&priority)
      } catch {
        return try refuse(id, error, now: now)
      }
    } else {
      try floods.largeHead()
      requestProblem = .headTooLarge
      requestHead.reset()
      requestHead.framing = block.endsStream ? .none : .chunked
    }
    if let early = earlyPriority, early.id == id { priority = early.priority }
    let slot = insertRequest(id, priority)
    if block.endsStream { received(endOf: slot) }
    return .request(slot)
  }

  private mutating func interpretRequest(
    _ priority: inout StreamPriority
  ) throws(StreamError) -> RequestProblem? {
    let rules = RequestRules(
      allowsConnectProtocol: settings.enablesConnectProtocol, maxTarget: limits.maxTarget,
      dropsOddNames: limits.dropsOddNames)
    let endsStream = block.endsStream
    return try requestHead.interpret(
      headOctets, endsStream: endsStream, rules: rules, priority: &priority,
      known: &knownAuthority)
  }

  private mutating func insertRequest(_ id: StreamID, _ priority: StreamPriority) -> StreamSlot {
    var record = StreamRecord(
      id: id, state: .open,
      sendWindow: SendWindow(Int32(clamping: peerSettings.initialWindowOctets)),
      receiveWindow: ReceiveWindow(streamReceiveWindow))
    record.progress = .content
    record.contentRemaining = requestHead.framing.contentLength
    record.priority = priority
    return streams.insert(record)
  }

  mutating func receivedResponse(
    _ slot: StreamSlot, isWithinLimits: Bool, now: Int64
  ) throws(ConnectionError) -> Event? {
    guard isWithinLimits else {
      try floods.largeHead()
      return try fail(slot, .headTooLarge, now: now)
    }
    let (method, endsStream) = (streams[slot].requestMethod, block.endsStream)
    do throws(StreamError) {
      try responseHead.interpret(
        headOctets, endsStream: endsStream, requestMethod: method,
        dropsOddNames: limits.dropsOddNames)
    } catch {
      return try fail(slot, error, now: now)
    }
    if responseHead.isInterim {
      streams[slot].interimResponses &+= 1
      guard streams[slot].interimResponses <= limits.maxInterimResponses else {
        return try fail(slot, .tooManyInterimResponses, now: now)
      }
    } else {
      streams[slot].progress = .content
      streams[slot].contentRemaining = responseHead.framing.contentLength
    }
    if block.endsStream { received(endOf: slot) }
    return .response(slot)
  }

  mutating func receivedTrailers(
    _ slot: StreamSlot, isWithinLimits: Bool, now: Int64
  ) throws(ConnectionError) -> Event? {
    guard block.endsStream else { return try fail(slot, .trailersWithoutEnd, now: now) }
    guard isWithinLimits else { return try fail(slot, .trailersTooLarge, now: now) }
    guard streams[slot].contentRemaining ?? 0 == 0 else {
      return try fail(slot, .contentLengthMismatch, now: now)
    }
    do throws(StreamError) {
      try scratchFields.interpretAsTrailers(headOctets, dropsOddNames: limits.dropsOddNames)
    } catch {
      return try fail(slot, error, now: now)
    }
    trailers = TrailerSection(octets: headOctets.array, fields: scratchFields)
    received(endOf: slot)
    return .trailers(slot)
  }

  /// The peer has ended its side: told of by the next event.
  mutating func received(endOf slot: StreamSlot) {
    streams[slot].state.receivedEnd()
    noteEnded(slot)
    pendingEnd = slot
  }

  /// A stream that has ended on both sides makes room for another one, whenever it is released: the
  /// peer may open that as soon as it sees the end.
  mutating func noteEnded(_ slot: StreamSlot) {
    if streams[slot].state == .ended { streams.deactivate(slot) }
  }
}

extension MessageFraming {
  /// How much content there must be; nil when it is not known.
  fileprivate var contentLength: UInt64? {
    switch self {
    case .none: 0
    case .length(let length): length
    case .chunked, .untilClose: nil
    }
  }
}
