import HTTPSemantics
import Testing

@testable import Proxy

@Suite("Counters of a worker")
struct HistogramTests {
  @Test("a histogram counts each value in the first bucket that has room for it")
  func buckets() {
    let histogram = Histogram(bounds: [0, 10, 100])
    for value: UInt64 in [0, 1, 10, 11, 100, 101, 5000] { histogram.record(value) }
    var counts = HistogramCounts()
    histogram.add(to: &counts)
    histogram.add(to: &counts)
    #expect(counts.bounds == [0, 10, 100])
    #expect(counts.buckets == [2, 4, 4, 4] && counts.count == 14)
    #expect(counts.sum == 2 * 5223)
  }

  static let bounds: [[UInt64]] = [
    [], [0], [1], [7], [8], [1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 1000, 1001, 1 << 40],
    [UInt64.max], [500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000],
  ]

  @Test("the bucket is the first whose bound is not passed", arguments: bounds)
  func everyBucket(_ bounds: [UInt64]) {
    let near = bounds.flatMap { [$0 &- 1, $0, $0 &+ 1] }
    for value in near + (0..<64).flatMap({ [1 << $0, (1 << $0) - 1] }) {
      let histogram = Histogram(bounds: bounds)
      histogram.record(value)
      var counts = HistogramCounts()
      histogram.add(to: &counts)
      let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
      #expect(counts.buckets.firstIndex(of: 1) == bucket && counts.count == 1, "\(value)")
    }
  }

  @Test("histograms of other buckets are not added up")
  func otherBounds() {
    var counts = HistogramCounts()
    Histogram(bounds: [1]).add(to: &counts)
    let other = Histogram(bounds: [1, 2])
    other.record(1)
    other.add(to: &counts)
    #expect(counts.buckets == [0, 0])
  }

  @Test("as many bounds as there is room for are taken")
  func mostBounds() {
    let histogram = Histogram(bounds: (1...40).map { UInt64($0) })
    histogram.record(35)
    var counts = HistogramCounts()
    histogram.add(to: &counts)
    #expect(counts.bounds.count == Histogram.mostBounds && counts.buckets.last == 1)
  }

  @Test("responses are counted by the class of their status")
  func classes() {
    let counters = ClassCounters()
    for status: UInt16 in [101, 200, 204, 308, 404, 499, 599, 0, 99, 600] {
      counters.count(StatusCode(rawValue: status))
    }
    var counts = ClassCounts()
    counters.add(to: &counts)
    #expect(counts.classes == [1, 2, 1, 2, 1])
  }

  @Test("every reason has a counter of its own", arguments: Reason.allCases)
  func reasons(_ reason: Reason) {
    let counters = ReasonCounters()
    counters.count(reason)
    counters.count(reason)
    var total: [Reason: UInt64] = [:]
    counters.add(to: &total)
    #expect(total == [reason: 2])
  }

  @Test("a counter of something that goes down never falls below nothing")
  func gauge() {
    let counter = Counter()
    counter.set(3)
    #expect(counter.value == 3)
    counter.set(-1)
    #expect(counter.value == 0)
  }
}
