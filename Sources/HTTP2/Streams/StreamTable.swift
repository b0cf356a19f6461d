/// The streams of a connection: by slot, and by number.
///
/// It takes no memory before the first stream, and none beyond what the most streams at a time
/// need.
struct StreamTable: Sendable {
  private var records: [StreamRecord] = []
  /// Slots that nobody uses; the one given back last is used next.
  private var free: [Int32] = []
  /// Slots by stream number, open addressing with linear probing; -1 stands for none. A power of
  /// two, more than twice the slots.
  private var index: [Int32] = []
  /// Streams that take a place of those that may be open at a time.
  private(set) var activeCount = 0
  private(set) var closed = ClosedStreams()

  /// Slots in use.
  var count: Int { records.count &- free.count }

  subscript(slot: StreamSlot) -> StreamRecord {
    @inline(__always) _read { yield records[slot.index] }
    @inline(__always) _modify { yield &records[slot.index] }
  }

  /// The slot of the stream with this number.
  func slot(of id: StreamID) -> StreamSlot? {
    if index.isEmpty { return nil }
    let mask = index.count &- 1
    var place = Self.hash(id) & mask
    while index[place] >= 0 {
      if records[Int(index[place])].id == id { return StreamSlot(index[place]) }
      place = (place &+ 1) & mask
    }
    return nil
  }

  mutating func insert(_ record: StreamRecord) -> StreamSlot {
    let slot: StreamSlot
    if let last = free.popLast() {
      slot = StreamSlot(last)
      records[slot.index] = record
    } else {
      slot = StreamSlot(Int32(truncatingIfNeeded: records.count))
      records.append(record)
      growIndex()
    }
    activeCount &+= 1
    if record.id != .connection { enter(slot) }
    return slot
  }

  /// Gives one of our streams its number.
  mutating func assign(_ id: StreamID, to slot: StreamSlot) {
    records[slot.index].id = id
    enter(slot)
  }

  mutating func remove(_ slot: StreamSlot) {
    let record = records[slot.index]
    // Given back twice by mistake, it must not come to belong to two streams.
    guard record.isInUse else { return }
    deactivate(slot)
    records[slot.index].isInUse = false
    if record.id != .connection {
      leave(slot)
      closed.note(record.id, record.state)
    }
    free.append(slot.value)
  }

  /// Gives up the memory, while no slot is in use.
  mutating func releaseMemory() {
    if count == 0 { (records, free, index) = ([], [], []) }
  }

  /// The stream takes no place any more of those that may be open at a time.
  mutating func deactivate(_ slot: StreamSlot) {
    guard records[slot.index].isActive else { return }
    records[slot.index].isActive = false
    activeCount &-= 1
  }

  /// A stream that was refused before it had a slot.
  mutating func noteReset(_ id: StreamID) { closed.noteReset(id) }

  /// The peer has not processed the streams above `id`, and will not.
  mutating func close(above id: StreamID) {
    for place in index where place >= 0 && records[Int(place)].id > id {
      records[Int(place)].state.receivedReset()
      deactivate(StreamSlot(place))
    }
  }

  /// Calls `body` for each stream that has a number, until it returns false.
  ///
  /// - Returns: Whether it always returned true.
  mutating func allSatisfy(_ body: (inout StreamRecord) -> Bool) -> Bool {
    for place in index where place >= 0 {
      guard body(&records[Int(place)]) else { return false }
    }
    return true
  }

  // The index

  @inline(__always)
  private static func hash(_ id: StreamID) -> Int {
    // The numbers of a side's streams follow on each other in steps of two. Side by side they would
    // make one long chain, all of which is looked at when a stream leaves; multiplied so they are
    // spread evenly. A peer that chooses others meets chains no longer than its streams are many.
    Int(truncatingIfNeeded: ((id.rawValue >> 1) &* 0x9E37_79B1) >> 12)
  }

  private mutating func enter(_ slot: StreamSlot) {
    let mask = index.count &- 1
    var place = Self.hash(records[slot.index].id) & mask
    while index[place] >= 0 { place = (place &+ 1) & mask }
    index[place] = slot.value
  }

  private mutating func leave(_ slot: StreamSlot) {
    let mask = index.count &- 1
    var hole = Self.hash(records[slot.index].id) & mask
    while index[hole] != slot.value { hole = (hole &+ 1) & mask }
    // Those behind it move up, so that no search ends at the hole before it has come to them.
    var place = (hole &+ 1) & mask
    while index[place] >= 0 {
      let home = Self.hash(records[Int(index[place])].id) & mask
      if (place &- home) & mask >= (place &- hole) & mask {
        index[hole] = index[place]
        hole = place
      }
      place = (place &+ 1) & mask
    }
    index[hole] = -1
  }

  private mutating func growIndex() {
    guard index.count <= records.count &* 2 else { return }
    let slots = index.filter { $0 >= 0 }
    index = Array(repeating: -1, count: max(16, index.count &* 2))
    for slot in slots { enter(StreamSlot(slot)) }
  }
}
