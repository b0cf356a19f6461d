import Bytes
import HPACK
import HTTPSemantics

/// HEADERS and CONTINUATION (RFC 9113 §6.2, §6.10).
extension HTTP2Connection {
  mutating func receivedHeaders(
    _ head: FrameHead, _ input: Span<UInt8>, _ payload: Range<Int>, now: Int64
  ) throws(ConnectionError) -> Event? {
    let fragment = try HeadersPayload(head, input, payload).fragment
    let endsStream = head.flags.contains(.endStream)
    try floods.frame(isEmpty: fragment.isEmpty && !endsStream, now: now)
    block.begin(try blockPurpose(head.streamID, now: now), endsStream: endsStream)
    // The common head is one frame: it is decoded where it lies.
    if head.flags.contains(.endHeaders) {
      return try receivedBlock(input.extracting(fragment), now: now)
    }
    try block.append(input.extracting(fragment), limits: limits)
    return nil
  }

  mutating func receivedContinuation(
    _ head: FrameHead, _ fragment: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    try block.continued(limits: limits)
    try floods.frame(isEmpty: fragment.isEmpty, now: now)
    try block.append(fragment, limits: limits)
    guard head.flags.contains(.endHeaders) else { return nil }
    let octets = block.takeOctets()
    return try receivedBlock(octets.span, now: now)
  }

  private mutating func blockPurpose(
    _ id: StreamID, now: Int64
  ) throws(ConnectionError) -> FieldBlockAssembly.Purpose {
    if let slot = streams.slot(of: id) {
      switch streams[slot].state.received(.headers) {
      case .accept:
        let isHead = role == .client && streams[slot].progress == .head
        return isHead ? .response(slot) : .trailers(slot)
      case .ignore:
        try glitch(now: now)
        return .nothing
      case .idleStream: throw .idleStream(.headers)
      case .closedStream: throw .closedStream(.headers)
      }
    }
    switch role {
    case .server where goAway.ignores(id), _ where streams.closed.isReset(id):
      try glitch(now: now)
      return .nothing
    case .server where isIdle(id): return try newStreamPurpose(id, now: now)
    case .server:
      throw streams.closed.hasEnded(id) ? .closedStream(.headers) : .invalidStreamID(.headers)
    case .client: throw isIdle(id) ? .idleStream(.headers) : .closedStream(.headers)
    }
  }

  private mutating func newStreamPurpose(
    _ id: StreamID, now: Int64
  ) throws(ConnectionError) -> FieldBlockAssembly.Purpose {
    guard id.isClientInitiated else { throw .invalidStreamID(.headers) }
    lastPeerStreamID = id
    floods.openedStream()
    let most = Int(settings.maxConcurrentStreams ?? 0x7FFF_FFFF)
    // Slots that the owner is late to give back are bounded too.
    guard streams.activeCount < most, streams.count < 2 &* most &+ 16, goAway.received == nil else {
      return .refused(id)
    }
    return .request(id)
  }

  private mutating func receivedBlock(
    _ encoded: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    headOctets.removeAll()
    switch block.purpose {
    case .request(let id):
      requestHead.reset()
      let isWithin = try decoder.decodeBlock(
        encoded, limits.head, into: &headOctets, &requestHead.fields)
      return try receivedRequest(id, isWithinLimits: isWithin, now: now)
    case .response(let slot):
      responseHead.reset()
      let isWithin = try decoder.decodeBlock(
        encoded, limits.head, into: &headOctets, &responseHead.fields)
      return try receivedResponse(slot, isWithinLimits: isWithin, now: now)
    case .trailers(let slot):
      scratchFields.removeAll()
      let isWithin = try decoder.decodeBlock(
        encoded, limits.trailers, into: &headOctets, &scratchFields)
      return try receivedTrailers(slot, isWithinLimits: isWithin, now: now)
    case .refused(let id):
      scratchFields.removeAll()
      _ = try decoder.decodeBlock(
        encoded, limits.head, into: &headOctets, &scratchFields)
      return try refuse(id, .refused, now: now)
    case .nothing:
      scratchFields.removeAll()
      _ = try decoder.decodeBlock(
        encoded, limits.head, into: &headOctets, &scratchFields)
      return nil
    }
  }
}

extension HPACKDecoder {
  fileprivate mutating func decodeBlock(
    _ encoded: Span<UInt8>, _ limits: FieldBlockLimits, into octets: inout OutputBuffer,
    _ fields: inout FieldSection
  ) throws(ConnectionError) -> Bool {
    do throws(HPACKError) {
      return try decode(encoded, limits: limits, into: &octets, &fields)
    } catch {
      throw .fieldBlock(error)
    }
  }
}
