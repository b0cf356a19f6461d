import Bytes
import Testing

@Suite("Shared counters")
struct SharedCountersTests {
  @Test("count each for itself, few and many", arguments: [1, 2, 64, 65, 1000])
  func apart(count: Int) {
    let counters = SharedCounters(count: count)
    for index in 0..<count { counters[index].add(index) }
    #expect((0..<count).map { counters[$0].value } == Array(0..<count))
    #expect(counters[count - 1].add(-1) == count - 2)
  }

  @Test("threads lose nothing")
  func threads() async {
    let counters = SharedCounters(count: 3)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for index in 0..<30_000 { counters[index % 3].add(1) }
        }
      }
    }
    #expect((0..<3).map { counters[$0].value } == [40_000, 40_000, 40_000])
  }
}
