import Bytes
import HPACK
public import HTTPSemantics

/// Writing heads, content and trailers.
extension HTTP2Connection {
  /// Octets of a DATA frame: a larger one would make other streams wait for longer, even where the
  /// peer allows it.
  private static var maxDataFrame: Int { 16_384 }

  private var maxFrame: Int { min(Int(peerSettings.maxFrameOctets), Self.maxDataFrame) }

  // MARK: Heads

  /// Begins a head, or trailers. All of it is to be written at once, with no other call in between:
  /// `encode` for each field, then `endHead`.
  ///
  /// - Returns: False when nothing can be sent on the stream any more.
  public mutating func beginHead(_ slot: StreamSlot) -> Bool {
    if streams[slot].state == .idle {
      guard giveNumber(to: slot) else { return false }
    }
    guard streams[slot].state.canSend else { return false }
    headSlot = slot
    headStart = output.count
    // Overwritten when the block's length is known.
    output.appendFrameHead(FrameHead(length: 0, type: .headers, streamID: .connection))
    encoder.beginBlock(into: &output)
    return true
  }

  public mutating func encode(status: UInt16) { encoder.encode(status: status, into: &output) }

  /// - Parameters:
  ///   - id: `:method`, `:scheme`, `:authority`, `:path` or `:protocol`; all before the fields.
  ///   - repeats: Whether the path names one of few things: the method of a call.
  public mutating func encode(pseudo id: FieldID, _ value: Span<UInt8>, repeats: Bool = false) {
    if id == .methodPseudo, let headSlot { streams[headSlot].requestMethod = Method(value) }
    encoder.encode(pseudo: id, value: value, repeats: repeats, into: &output)
  }

  /// - Parameters:
  ///   - name: In any case.
  ///   - isNeverIndexed: Whether the field came with that mark (RFC 7541 §7.1.3).
  ///   - isRepeated: Whether the same field has come before.
  public mutating func encode(
    _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>, isNeverIndexed: Bool = false,
    isRepeated: Bool = false
  ) {
    let indexing = HPACKEncoder.indexing(
      of: id, valueOctets: value.count, isNeverIndexed: isNeverIndexed, isRepeated: isRepeated)
    encoder.encode(id, name: name, value: value, indexing, into: &output)
  }

  /// Ends the head, as a HEADERS frame, and CONTINUATION frames if need be.
  public mutating func endHead(_ slot: StreamSlot, endsStream: Bool) {
    let length = output.count &- headStart &- FrameHead.octets
    var head = FrameHead(length: length, type: .headers, streamID: streams[slot].id)
    if endsStream { head.flags.insert(.endStream) }
    headSlot = nil
    if length <= Int(peerSettings.maxFrameOctets) {
      head.flags.insert(.endHeaders)
      let octets = head.octets
      output.overwrite(octets.span, at: headStart)
    } else {
      splitBlock(head)
    }
    if endsStream { sentEnd(of: slot) }
  }

  /// Writes a block again, in frames that the peer takes.
  private mutating func splitBlock(_ first: FrameHead) {
    let block = OutputBuffer(copying: output, from: headStart &+ FrameHead.octets)
    output.truncate(to: headStart)
    var head = first
    var start = 0
    while start < block.count {
      head.length = min(block.count &- start, Int(peerSettings.maxFrameOctets))
      if start &+ head.length == block.count { head.flags.insert(.endHeaders) }
      output.appendFrameHead(head)
      output.append(block.span.extracting(start..<(start &+ head.length)))
      start &+= head.length
      head = FrameHead(length: 0, type: .continuation, streamID: first.streamID)
    }
  }

  // MARK: Content

  /// How much content the stream may send now, by its window and the connection's.
  public func sendableOctets(_ slot: StreamSlot) -> Int {
    guard streams[slot].state.canSend else { return 0 }
    return min(streams[slot].sendWindow.sendable, sendWindow.sendable)
  }

  /// Windows that were used up wait until so much has come together: a receiver that gives back
  /// what it got, frame by frame, would else be sent ever smaller frames.
  static let leastSend = 2048

  /// Whether the windows let enough of `octets` through for it to be worth a frame: all of it, or
  /// so much as is not silly (RFC 1122 §4.2.3.4 has the same for TCP).
  public func canSendWell(_ slot: StreamSlot, _ octets: Int) -> Bool {
    // A peer may never open its window any further than it did at first.
    let least = min(Self.leastSend, max(1, Int(peerSettings.initialWindowOctets) / 2))
    return streams[slot].state.canSend
      && streams[slot].sendWindow.isWorthSending(octets, least: least)
      && sendWindow.isWorthSending(octets, least: least)
  }

  /// Writes as much of `piece` as the windows and `limit` let through, as DATA frames; nothing when
  /// ``canSendWell(_:_:)`` says no.
  ///
  /// - Parameter endsStream: Whether the stream ends with the piece; it does when all is taken.
  /// - Returns: How many octets were taken.
  public mutating func writeData(
    _ slot: StreamSlot, _ piece: Span<UInt8>, endsStream: Bool, limit: Int = .max
  ) -> Int {
    guard streams[slot].state.canSend else { return 0 }
    if piece.count == 0 {
      if endsStream { writeEnd(slot) }
      return 0
    }
    guard canSendWell(slot, piece.count) else { return 0 }
    let count = min(piece.count, limit, sendableOctets(slot))
    let ends = endsStream && count == piece.count
    let id = streams[slot].id
    var start = 0
    while start < count {
      let length = min(count &- start, maxFrame)
      let isLast = ends && start &+ length == count
      output.appendFrameHead(
        FrameHead(length: length, type: .data, flags: isLast ? .endStream : [], streamID: id))
      output.append(piece.extracting(start..<(start &+ length)))
      floods.sentDataFrame()
      start &+= length
    }
    streams[slot].sendWindow.sent(count)
    sendWindow.sent(count)
    if ends { sentEnd(of: slot) }
    return count
  }

  /// Ends our side of the stream, by an empty DATA frame.
  public mutating func writeEnd(_ slot: StreamSlot) {
    guard streams[slot].state.canSend else { return }
    output.appendFrameHead(
      FrameHead(length: 0, type: .data, flags: .endStream, streamID: streams[slot].id))
    floods.sentDataFrame()
    sentEnd(of: slot)
  }

  private mutating func sentEnd(of slot: StreamSlot) {
    streams[slot].state.sentEnd()
    noteEnded(slot)
  }
}
