import Synchronization
import Testing

@testable import Daemon

@Suite("Events on their way to the log")
struct EventQueueTests {
  private static let event = EventQueue.Event.accessLog(.dropped(1))

  @Test("the first event of an empty queue wakes the reader, and no other does")
  func wakes() {
    let queue = EventQueue()
    let wakes = Counter()
    queue.begin { wakes.add() }
    for _ in 0..<2 {
      for _ in 0..<3 { queue.add(Self.event) }
      #expect(queue.take().events.count == 3)
    }
    #expect(wakes.value == 2)
  }

  @Test("beyond the bound events are counted, and the count is told once")
  func bound() {
    let queue = EventQueue()
    for _ in 0..<1500 { queue.add(Self.event) }
    let (events, lost) = queue.take()
    #expect(events.count == 1000 && lost == 500)
    #expect(queue.take().lost == 0)
  }
}

/// Counts from several threads.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }

  func add() { count.wrappingAdd(1, ordering: .relaxed) }
}
