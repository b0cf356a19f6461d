/// The last streams whose slots have been given back, to tell what a late frame means.
struct ClosedStreams: Sendable {
  /// Those that we reset: frames of theirs may be under way for a round trip.
  private static let resetCapacity = 256

  private var ended = InlineArray<16, StreamID>(repeating: .connection)
  private var endedNext = 0
  /// A ring, once it is full.
  private var reset: [StreamID] = []
  private var resetNext = 0

  mutating func note(_ id: StreamID, _ state: StreamState) {
    switch state {
    case .resetByUs: noteReset(id)
    case .idle, .open, .halfClosedLocal, .halfClosedRemote, .ended, .resetByPeer:
      ended[endedNext] = id
      endedNext = (endedNext &+ 1) & 15
    }
  }

  /// A stream that was reset by us, maybe before it had a slot.
  mutating func noteReset(_ id: StreamID) {
    if reset.count < Self.resetCapacity {
      reset.append(id)
    } else {
      reset[resetNext] = id
      resetNext = (resetNext &+ 1) % Self.resetCapacity
    }
  }

  /// Whether frames of this stream are to be ignored.
  func isReset(_ id: StreamID) -> Bool {
    for index in reset.indices where reset[index] == id { return true }
    return false
  }

  /// Whether it is one of the last that have ended otherwise.
  func hasEnded(_ id: StreamID) -> Bool {
    for index in ended.indices where ended[index] == id { return true }
    return false
  }
}
