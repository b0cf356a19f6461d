import Testing

@testable import HTTP2

@Suite("The table of streams")
struct StreamTableTests {
  private func record(_ id: UInt32) -> StreamRecord {
    StreamRecord(
      id: StreamID(rawValue: id), state: .open, sendWindow: SendWindow(0),
      receiveWindow: ReceiveWindow(0))
  }

  /// The second way is a peer's that wants all its streams to fall together.
  @Test("it finds what a dictionary would find", arguments: [2, 1 << 12] as [UInt32])
  func oracle(_ step: UInt32) {
    var table = StreamTable()
    var slots: [UInt32: StreamSlot] = [:]
    var next: UInt32 = 1
    var random: UInt64 = 7
    for _ in 0..<4000 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      if slots.count < 40, random >> 63 == 0 {
        slots[next] = table.insert(record(next))
        next += step
      } else if let id = slots.keys.sorted().dropFirst(Int(random >> 40) % 40).first,
        let slot = slots.removeValue(forKey: id)
      {
        table.remove(slot)
      }
      #expect(table.activeCount == slots.count && table.count == slots.count)
      for (id, slot) in slots { #expect(table.slot(of: StreamID(rawValue: id)) == slot) }
      #expect(table.slot(of: StreamID(rawValue: next)) == nil)
    }
    #expect(Set(slots.values.map(\.index)).count == slots.count)
    #expect(slots.values.allSatisfy { $0.index < 40 })
  }

  @Test("streams that were reset are remembered for longer than those that ended")
  func closed() {
    var closed = ClosedStreams()
    for id: UInt32 in 1...300 {
      closed.note(StreamID(rawValue: id * 4 + 1), .resetByUs)
      closed.note(StreamID(rawValue: id * 4 + 3), .ended)
    }
    let reset = (1...300).filter { closed.isReset(StreamID(rawValue: $0 * 4 + 1)) }
    #expect(reset == Array(45...300))
    let ended = (1...300).filter { closed.hasEnded(StreamID(rawValue: $0 * 4 + 3)) }
    #expect(ended == Array(285...300))
    #expect(!closed.hasEnded(StreamID(rawValue: 5)))
    #expect(!closed.isReset(StreamID(rawValue: 7)))
  }
}
