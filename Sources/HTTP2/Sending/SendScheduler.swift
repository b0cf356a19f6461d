/// Whose turn it is to send, among the streams of a connection that have something to send and
/// window to send it by (RFC 9218 §10).
///
/// More urgent streams go first; among equals each gets a turn, so that a big response does not
/// keep a small one waiting; and now and then a turn goes to those who are less urgent, so that no
/// one waits for ever. Every operation is O(1), and allocates nothing once there is room for as
/// many slots.
public struct SendScheduler: ~Copyable {
  /// What a stream may send before it is another's turn.
  public struct Turn: Equatable, Sendable {
    public var slot: StreamSlot
    /// Octets of content.
    public var quantum: Int
  }

  /// Of a stream whose content can be used in parts: small, so that all of them come along
  /// together.
  private static let incrementalQuantum = 16 * 1024
  /// Of a stream whose content is of use as a whole.
  private static let wholeQuantum = 32 * 1024
  /// Turns in a row that the more urgent ones take from the others.
  private static let turnsBeforeOthers = 16

  private struct Link {
    var next: Int32 = -1
    var previous: Int32 = -1
    var priority = StreamPriority()
    var isQueued = false
  }

  private var links: [Link] = []
  private var first = InlineArray<8, Int32>(repeating: -1)
  private var last = InlineArray<8, Int32>(repeating: -1)
  /// A bit for each urgency that somebody waits with.
  private var waiting: UInt8 = 0
  /// Turns taken since the less urgent ones had their last.
  private var turns = 0
  /// The urgency that had it.
  private var lastOther = 0

  public init() {}

  public var isEmpty: Bool { waiting == 0 }

  /// Whether a stream waits that goes before one of that priority.
  public func isMoreUrgentWaiting(than priority: StreamPriority) -> Bool {
    waiting & ((1 << priority.urgency) &- 1) != 0
  }

  /// Puts a stream at the end of the line of its urgency; nothing happens to one that stands in a
  /// line.
  public mutating func enqueue(_ slot: StreamSlot, _ priority: StreamPriority) {
    while links.count <= slot.index { links.append(Link()) }
    guard !links[slot.index].isQueued else { return }
    let urgency = Int(priority.urgency)
    let tail = last[urgency]
    links[slot.index] = Link(next: -1, previous: tail, priority: priority, isQueued: true)
    if tail >= 0 { links[Int(tail)].next = slot.value } else { first[urgency] = slot.value }
    last[urgency] = slot.value
    waiting |= 1 << priority.urgency
  }

  /// Takes the stream out whose turn it is. If it has more to send afterwards, it is enqueued
  /// again.
  public mutating func next() -> Turn? {
    guard waiting != 0 else { return nil }
    let slot = StreamSlot(first[nextUrgency()])
    let isIncremental = links[slot.index].priority.isIncremental
    remove(slot)
    return Turn(slot: slot, quantum: isIncremental ? Self.incrementalQuantum : Self.wholeQuantum)
  }

  /// Takes a stream out of its line; nothing happens to one that stands in none.
  public mutating func remove(_ slot: StreamSlot) {
    guard slot.index < links.count, links[slot.index].isQueued else { return }
    let link = links[slot.index]
    let urgency = Int(link.priority.urgency)
    if link.previous >= 0 {
      links[Int(link.previous)].next = link.next
    } else {
      first[urgency] = link.next
    }
    if link.next >= 0 {
      links[Int(link.next)].previous = link.previous
    } else {
      last[urgency] = link.previous
    }
    if first[urgency] < 0 { waiting &= ~(1 << link.priority.urgency) }
    links[slot.index].isQueued = false
  }

  /// Moves a stream that stands in a line to the end of another, if its urgency has changed.
  public mutating func reprioritize(_ slot: StreamSlot, _ priority: StreamPriority) {
    guard slot.index < links.count, links[slot.index].isQueued else { return }
    if links[slot.index].priority.urgency == priority.urgency {
      links[slot.index].priority = priority
    } else {
      remove(slot)
      enqueue(slot, priority)
    }
  }

  /// The most urgent, but for every seventeenth turn.
  private mutating func nextUrgency() -> Int {
    let urgent = waiting.trailingZeroBitCount
    let others = waiting & (waiting &- 1)
    guard others != 0 else { return urgent }
    turns &+= 1
    guard turns > Self.turnsBeforeOthers else { return urgent }
    turns = 0
    // One after the other, round and round.
    let later = others & ~(UInt8(truncatingIfNeeded: (2 << lastOther) &- 1))
    lastOther = (later != 0 ? later : others).trailingZeroBitCount
    return lastOther
  }
}
