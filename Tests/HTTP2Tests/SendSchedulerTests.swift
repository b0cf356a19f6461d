import Testing

@testable import HTTP2

@Suite("Whose turn it is to send, RFC 9218 §10")
struct SendSchedulerTests {
  /// The next `count` turns, when everybody who had one has more to send.
  private func turns(
    _ count: Int, of scheduler: inout SendScheduler, _ priorities: [StreamPriority]
  ) -> [Int] {
    var turns: [Int] = []
    for _ in 0..<count {
      guard let turn = scheduler.next() else { break }
      turns.append(turn.slot.index)
      scheduler.enqueue(turn.slot, priorities[turn.slot.index])
    }
    return turns
  }

  private func scheduler(_ priorities: [StreamPriority]) -> SendScheduler {
    var scheduler = SendScheduler()
    for index in priorities.indices {
      scheduler.enqueue(StreamSlot(Int32(index)), priorities[index])
    }
    return scheduler
  }

  @Test("equals take turns")
  func equals() {
    let priorities = Array(repeating: StreamPriority(), count: 3)
    var scheduler = scheduler(priorities)
    let turns = turns(7, of: &scheduler, priorities)
    #expect(turns == [0, 1, 2, 0, 1, 2, 0])
  }

  @Test("the more urgent go first, and one turn in seventeen is for the others, round and round")
  func urgency() {
    let priorities = [
      StreamPriority(urgency: 7), StreamPriority(urgency: 0), StreamPriority(urgency: 3),
    ]
    var scheduler = scheduler(priorities)
    let turns = turns(51, of: &scheduler, priorities)
    let urgent = Array(repeating: 1, count: 16)
    #expect(turns == urgent + [2] + urgent + [0] + urgent + [2])
  }

  @Test("a stream whose content is of use in parts gets smaller turns")
  func quantum() {
    var scheduler = scheduler([StreamPriority(isIncremental: true), StreamPriority()])
    let quanta = (0..<3).map { _ in scheduler.next()?.quantum }
    #expect(quanta == [16 * 1024, 32 * 1024, nil])
  }

  @Test("whether somebody more urgent waits")
  func moreUrgent() {
    var scheduler = scheduler([StreamPriority(urgency: 3), StreamPriority(urgency: 6)])
    func before() -> [Bool] {
      (0...7).map { scheduler.isMoreUrgentWaiting(than: StreamPriority(urgency: $0)) }
    }
    let waiting = before()
    #expect(waiting == [false, false, false, false, true, true, true, true])
    _ = (scheduler.next(), scheduler.next())
    let empty = before()
    #expect(empty == Array(repeating: false, count: 8))
  }

  @Test("streams can leave a line, and change it")
  func removal() {
    let priorities = Array(repeating: StreamPriority(), count: 5)
    var scheduler = scheduler(priorities)
    for index: Int32 in [2, 0, 4, 4, 9] { scheduler.remove(StreamSlot(index)) }
    scheduler.reprioritize(StreamSlot(3), StreamPriority(urgency: 1))
    scheduler.reprioritize(StreamSlot(0), StreamPriority(urgency: 1))
    scheduler.enqueue(StreamSlot(1), StreamPriority(urgency: 0))
    let slots = (0..<3).map { _ in scheduler.next()?.slot.index }
    #expect(slots == [3, 1, nil])
    #expect({ scheduler.isEmpty }())
  }

  @Test("it does what a plain list would do")
  func oracle() {
    var scheduler = SendScheduler()
    var lists = Array(repeating: [Int32](), count: 8)
    var random: UInt64 = 1
    for _ in 0..<20_000 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let slot = Int32(random >> 33 & 15)
      let urgency = Int(random >> 40 & 7)
      let isQueued = lists.contains { $0.contains(slot) }
      switch random >> 60 {
      case 0..<8:
        scheduler.enqueue(StreamSlot(slot), StreamPriority(urgency: UInt8(urgency)))
        if !isQueued { lists[urgency].append(slot) }
      case 8..<11:
        scheduler.remove(StreamSlot(slot))
        for index in lists.indices { lists[index].removeAll { $0 == slot } }
      default:
        let waiting = lists.indices.filter { !lists[$0].isEmpty }
        guard let turn = scheduler.next() else {
          #expect(waiting.isEmpty)
          continue
        }
        // Whoever's turn it was stood first in its line.
        let line = waiting.first { lists[$0].first == turn.slot.value }
        #expect(line != nil)
        if let line { lists[line].removeFirst() }
      }
      #expect({ scheduler.isEmpty }() == lists.allSatisfy(\.isEmpty))
    }
  }
}
