import Bytes

/// DATA frames, and what the peer may send of them (RFC 9113 §6.1, §6.9).
extension HTTP2Connection {
  /// A DATA frame begins. It is counted as a whole, padding included; its content follows in parts.
  mutating func receivedData(
    _ head: FrameHead, content: Int, now: Int64
  ) throws(ConnectionError) -> Event? {
    let endsStream = head.flags.contains(.endStream)
    dataFrame = DataFrame(slot: nil, endsStream: endsStream)
    let slot = try dataSlot(head.streamID)
    try floods.frame(isEmpty: content == 0 && !endsStream, now: now)
    guard receiveWindow.receive(head.length) else { throw .windowExceeded }
    switch credit {
    case .onReceipt: creditConnection(head.length)
    case .onConsumption: creditConnection(head.length &- content)
    }
    guard let slot else { return nil }
    guard streams[slot].receiveWindow.receive(head.length) else { throw .windowExceeded }
    if let error = refusal(ofContent: content, endsStream: endsStream, on: slot) {
      return try fail(slot, error, now: now)
    }
    dataFrame.slot = slot
    creditStream(slot, head.length &- content)
    return nil
  }

  /// - Returns: nil for a stream whose content nobody wants any more.
  private func dataSlot(_ id: StreamID) throws(ConnectionError) -> StreamSlot? {
    guard let slot = streams.slot(of: id) else {
      if role == .server, goAway.ignores(id) { return nil }
      if isIdle(id) { throw .idleStream(.data) }
      if streams.closed.isReset(id) { return nil }
      throw .closedStream(.data)
    }
    switch streams[slot].state.received(.data) {
    case .accept: return slot
    case .ignore: return nil
    case .idleStream: throw .idleStream(.data)
    case .closedStream: throw .closedStream(.data)
    }
  }

  /// Counts down what `content-length` promised (RFC 9113 §8.1.1).
  private mutating func refusal(
    ofContent content: Int, endsStream: Bool, on slot: StreamSlot
  ) -> StreamError? {
    if streams[slot].progress == .head { return .contentBeforeHead }
    guard let remaining = streams[slot].contentRemaining else { return nil }
    let count = UInt64(content)
    guard count <= remaining, !endsStream || count == remaining else {
      return .contentLengthMismatch
    }
    streams[slot].contentRemaining = remaining &- count
    return nil
  }

  mutating func receivedContent(_ range: Range<Int>, isLast: Bool) -> Event? {
    guard let slot = dataFrame.slot else {
      if credit == .onConsumption { creditConnection(range.count) }
      return nil
    }
    streams[slot].unconsumed &+= range.count
    if isLast {
      dataFrame.slot = nil
      if dataFrame.endsStream { received(endOf: slot) }
    }
    if !range.isEmpty { return .data(slot, range) }
    guard let ended = pendingEnd else { return nil }
    pendingEnd = nil
    return .end(ended)
  }

  mutating func creditConnection(_ octets: Int) {
    guard let increment = receiveWindow.credit(octets) else { return }
    output.appendWindowUpdate(.connection, increment)
    floods.queuedFrame()
  }

  mutating func creditStream(_ slot: StreamSlot, _ octets: Int) {
    guard streams[slot].state.canReceive,
      let increment = streams[slot].receiveWindow.credit(octets)
    else { return }
    output.appendWindowUpdate(streams[slot].id, increment)
    floods.queuedFrame()
  }
}
