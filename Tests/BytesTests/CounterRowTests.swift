import Bytes
import TestSupport
import Testing

@Suite("Row of counters")
struct CounterRowTests {
  @Test("is in its own order, from any of them, and keeps them alive")
  func row() {
    var row = CounterRow([])
    do {
      let (one, other) = (SharedCounters(count: 2), SharedCounters(count: 100))
      one[1].add(5)
      other[99].add(7)
      row = CounterRow([other[99], one[1], one[1]])
    }
    #expect(row.count == 3 && (0..<3).map { row[$0] } == [7, 5, 5])
  }

  @Test("none is the least of none, nor of those that cost too much", arguments: [0, 1, 8, 9, 100])
  func nobody(count: Int) {
    let counters = SharedCounters(count: count)
    let row = CounterRow((0..<count).map { counters[$0] })
    #expect(row.least(by: CounterRow.Costs(count: count)) == nil)
  }

  /// Where counters lie: in one piece, in two as after a reload, or anyhow.
  enum Layout: CaseIterable { case together, split, reversed }

  @Test("the first of the least is found, wherever they lie", arguments: Layout.allCases)
  func least(layout: Layout) {
    var random = SplitMix(state: 7)
    for count in [1, 2, 7, 8, 9, 16, 23, 24, 25, 31, 64, 65, 100, 257] {
      let (one, other) = (SharedCounters(count: count), SharedCounters(count: count))
      let counters = (0..<count).map { index in
        switch layout {
        case .together: one[index]
        case .split: index < count / 2 + 1 ? one[index] : other[index]
        case .reversed: one[count - 1 - index]
        }
      }
      let row = CounterRow(counters)
      for _ in 0..<50 {
        for counter in counters { counter.add(Int(random.next() % 5) - counter.value) }
        let (factors, offsets) = costs(count, &random)
        var costs = CounterRow.Costs(count: count)
        for index in 0..<count {
          costs.set(index, factor: factors[index], offset: offsets[index])
        }
        #expect(row.least(by: costs) == plainly(row, factors, offsets), "of \(count)")
      }
    }
  }

  /// Few different ones, so that many are equal; every fifth costs too much.
  private func costs(_ count: Int, _ random: inout SplitMix) -> (factors: [UInt32], [UInt64]) {
    let factors = (0..<count).map { _ in UInt32.max / UInt32(1 + random.next() % 3) }
    let offsets = (0..<count).map { _ in
      random.next() % 5 == 0
        ? CounterRow.Costs.never : CounterRow.Costs.first + (random.next() % 2) << 20
    }
    return (factors, offsets)
  }

  private func plainly(_ row: CounterRow, _ factors: [UInt32], _ offsets: [UInt64]) -> Int? {
    var (best, least) = (Int?.none, CounterRow.Costs.never)
    for index in 0..<row.count {
      let cost = UInt64(row[index]) * UInt64(factors[index]) + offsets[index]
      if cost < least { (best, least) = (index, cost) }
    }
    return best
  }
}
