import Testing

@testable import Proxy

@Suite("How long a backend took to answer of late")
struct AnswerTimesTests {
  @Test(
    "a time is in the bucket below whose bound it lies",
    arguments: [0, 1, 63, 64, 95, 96, 127, 128, 191, 192, 1000, 1_000_000, 134_217_727])
  func buckets(_ time: UInt64) {
    let bucket = AnswerTimes.bucket(of: time)
    #expect(time < AnswerTimes.bound(of: bucket))
    #expect(bucket == 0 || time >= AnswerTimes.bound(of: bucket - 1))
  }

  @Test("bounds rise to the last bucket, which takes all that is longer")
  func bounds() {
    for bucket in 1..<AnswerTimes.bucketCount {
      #expect(AnswerTimes.bound(of: bucket) > AnswerTimes.bound(of: bucket - 1))
    }
    for time: UInt64 in [134_217_728, 1 << 40, .max] {
      #expect(AnswerTimes.bucket(of: time) == AnswerTimes.bucketCount - 1)
    }
  }

  private func counts(_ times: AnswerTimes, at now: Int64) -> AnswerTimeCounts {
    var counts = AnswerTimeCounts()
    times.add(to: &counts, now: now)
    return counts
  }

  @Test("a quantile is within a bucket of the truth")
  func quantiles() {
    let times = AnswerTimes()
    for time in 1...1000 { times.record(UInt64(time) * 100, at: 0) }
    let counts = counts(times, at: 0)
    for (q, truth) in [(0.5, 50_000), (0.9, 90_000), (0.99, 99_000)] {
      let found = Int(counts.quantile(q) ?? 0)
      #expect(abs(found - truth) <= truth * 35 / 100, "\(q): \(found)")
    }
    #expect(counts.count == 1000 && counts.sum == 50_050_000)
  }

  @Test("nothing has no quantile")
  func empty() {
    #expect(AnswerTimeCounts().quantile(0.5) == nil)
    #expect(counts(AnswerTimes(), at: 0).quantile(0.99) == nil)
  }

  @Test("what is two minutes old is forgotten, also when nothing has come since")
  func forgetting() {
    let times = AnswerTimes()
    let minute: Int64 = 60_000_000
    times.record(1_000_000, at: 0)
    #expect(counts(times, at: minute).quantile(0.5) != nil)
    #expect(counts(times, at: 2 * minute).quantile(0.5) == nil)
    times.record(100, at: 2 * minute)
    #expect(counts(times, at: 2 * minute).quantile(0.99).map { $0 < 1000 } == true)
    #expect(counts(times, at: 2 * minute).count == 2)
  }

  @Test("workers add up")
  func workers() {
    var sum = AnswerTimeCounts()
    for _ in 0..<3 {
      let times = AnswerTimes()
      times.record(100, at: 0)
      times.add(to: &sum, now: 0)
    }
    #expect(sum.count == 3 && sum.sum == 300)
  }
}
