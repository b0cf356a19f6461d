/// The deadlines of one event loop: a hashed wheel whose entries are moved lazily.
///
/// Setting a later deadline, and giving one up, only write a number into the wait point: its entry
/// stays in the slot where it is, and is moved or freed when the wheel comes by. That fits a proxy,
/// where nearly every deadline is given up or put off long before it strikes.
///
/// - Complexity: O(1) for every operation; no allocation once the slab has grown.
struct TimerWheel: ~Copyable {
  /// Names an entry. Negative: none.
  typealias ID = Int32

  private struct Entry {
    /// The tick of the slot that it is linked into.
    var tick: Int64 = 0
    var next: ID = -1
    var previous: ID = -1
    /// Alive as long as the entry is: a wait point frees its entry in `deinit`.
    unowned(unsafe) var waiter: WaitPoint?
  }

  /// 16.384 ms. Deadlines are kept to this, never early.
  private static let tickShift: Int64 = 14
  private static let slotCount = 4096

  private var entries: [Entry] = []
  private var firstFree: ID = -1
  private var heads = [ID](repeating: -1, count: slotCount)
  /// One bit a slot that is not empty.
  private var occupied = [UInt64](repeating: 0, count: slotCount / 64)
  private var linked = 0
  /// All ticks before this one have been expired.
  private var currentTick: Int64

  init(now: Instant) { currentTick = now.microseconds >> Self.tickShift }

  /// Sets the deadline of `waiter`, whose entry `id` is, or becomes if it had none.
  @inline(__always)
  mutating func set(_ id: inout ID, to deadline: Instant, for waiter: WaitPoint) {
    waiter.deadline = deadline
    if waiter.visitedAt > deadline.microseconds { link(&id, to: deadline, for: waiter) }
  }

  /// Ends the life of the entry, whose waiter is going away.
  mutating func free(_ id: inout ID) {
    guard id >= 0 else { return }
    unlink(id)
    release(id)
    id = -1
  }

  /// Microseconds from `now` until the wheel has to be looked at, or nil if it is empty.
  func delayToNextSlot(from now: Instant) -> Int64? {
    guard linked > 0 else { return nil }
    let start = Int(truncatingIfNeeded: currentTick) & (Self.slotCount - 1)
    var distance = 0
    while distance < Self.slotCount {
      let slot = (start + distance) & (Self.slotCount - 1)
      let word = occupied[slot >> 6] >> UInt64(slot & 63)
      if word != 0 {
        distance += word.trailingZeroBitCount
        break
      }
      distance += 64 - (slot & 63)
    }
    // The end of the slot's tick, so that everything in it is due.
    let due = (currentTick + Int64(distance) + 1) << Self.tickShift
    return max(0, due - now.microseconds)
  }

  /// Appends every waiter whose deadline has passed to `expired`.
  mutating func expire(now: Instant, into expired: inout [WaitPoint]) {
    let tick = now.microseconds >> Self.tickShift
    guard linked > 0 else { return currentTick = max(currentTick, tick) }
    var turns = 0
    while currentTick < tick, turns < Self.slotCount {
      let slot = Int(truncatingIfNeeded: currentTick) & (Self.slotCount - 1)
      currentTick += 1
      turns += 1
      if heads[slot] >= 0 { empty(slot, now: now, into: &expired) }
    }
    currentTick = max(currentTick, tick)
  }

  private mutating func empty(_ slot: Int, now: Instant, into expired: inout [WaitPoint]) {
    var id = heads[slot]
    heads[slot] = -1
    occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
    while id >= 0 {
      let index = Int(id)
      let next = entries[index].next
      linked -= 1
      // Sound: the waiter frees its entry before it goes, so an entry's waiter is alive.
      if let waiter = unsafe entries[index].waiter {
        let deadline = waiter.deadline
        if deadline > now, deadline != .never {
          push(id, deadline.microseconds, waiter)
        } else {
          // An entry that nobody waits for goes back to the slab: an idle wheel is an empty one.
          waiter.timer = -1
          waiter.visitedAt = .max
          release(id)
          if deadline != .never { expired.append(waiter) }
        }
      }
      id = next
    }
  }

  @inline(never)
  private mutating func link(_ id: inout ID, to deadline: Instant, for waiter: WaitPoint) {
    if id >= 0 {
      unlink(id)
    } else if firstFree >= 0 {
      id = firstFree
      firstFree = entries[Int(id)].next
    } else {
      id = ID(truncatingIfNeeded: entries.count)
      entries.append(Entry())
    }
    unsafe entries[Int(id)].waiter = waiter
    push(id, deadline.microseconds, waiter)
  }

  private mutating func push(_ id: ID, _ deadline: Int64, _ waiter: WaitPoint) {
    let tick = max(deadline >> Self.tickShift, currentTick)
    let slot = Int(truncatingIfNeeded: tick) & (Self.slotCount - 1)
    let next = heads[slot]
    entries[Int(id)].tick = tick
    waiter.visitedAt = tick << Self.tickShift
    entries[Int(id)].next = next
    entries[Int(id)].previous = -1
    if next >= 0 { entries[Int(next)].previous = id }
    heads[slot] = id
    occupied[slot >> 6] |= 1 << UInt64(slot & 63)
    linked += 1
  }

  private mutating func unlink(_ id: ID) {
    let slot = Int(truncatingIfNeeded: entries[Int(id)].tick) & (Self.slotCount - 1)
    let (next, previous) = (entries[Int(id)].next, entries[Int(id)].previous)
    if next >= 0 { entries[Int(next)].previous = previous }
    if previous >= 0 {
      entries[Int(previous)].next = next
    } else {
      heads[slot] = next
      if next < 0 { occupied[slot >> 6] &= ~(1 << UInt64(slot & 63)) }
    }
    linked -= 1
  }

  private mutating func release(_ id: ID) {
    unsafe entries[Int(id)].waiter = nil
    entries[Int(id)].next = firstFree
    firstFree = id
  }
}
