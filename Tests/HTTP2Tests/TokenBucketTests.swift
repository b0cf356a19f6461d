import HTTP2
import Testing

@Suite("Token buckets")
struct TokenBucketTests {
  static let rate = TokenBucket.Rate(burst: 4, perMinute: 60)

  private func taken(_ bucket: inout TokenBucket, now: Int64) -> Int {
    (0..<100).count { _ in bucket.take(Self.rate, now: now) }
  }

  @Test("a burst at once, then as many as flow in, and never more than a burst")
  func flow() {
    var bucket = TokenBucket(Self.rate, now: 5)
    #expect(taken(&bucket, now: 5) == 4)
    #expect(taken(&bucket, now: 1_000_004) == 0)
    #expect(taken(&bucket, now: 1_000_005) == 1)
    #expect(taken(&bucket, now: 3_500_005) == 2)
    #expect(taken(&bucket, now: 4_000_005) == 1)
    #expect(taken(&bucket, now: .max) == 4)
  }

  @Test("a million a second flow in as they are")
  func fast() {
    let rate = TokenBucket.Rate(burst: 1_000_000, perMinute: 60_000_000)
    var bucket = TokenBucket(rate, now: 0)
    let taken = (0..<1_000_000).count { _ in bucket.take(rate, now: 0) }
    #expect(taken == 1_000_000)
    #expect((0..<30).map { _ in bucket.take(rate, now: 20) } == (0..<30).map { $0 < 20 })
  }

  @Test("a clock that goes back fills nothing")
  func backwards() {
    var bucket = TokenBucket(Self.rate, now: 10_000_000)
    #expect(taken(&bucket, now: 0) == 4)
    #expect(taken(&bucket, now: .min) == 0)
    #expect(taken(&bucket, now: 10_999_999) == 0)
    #expect(taken(&bucket, now: 11_000_000) == 1)
  }

  @Test("it is low when less than a quarter is left")
  func low() {
    var bucket = TokenBucket(Self.rate, now: 0)
    let levels = (0..<4).map { _ in (bucket.take(Self.rate, now: 0), bucket.isLow(Self.rate)) }
    #expect(levels.map(\.0) == [true, true, true, true])
    #expect(levels.map(\.1) == [false, false, false, true])
  }

  @Test("rates are held to what can be computed with")
  func extremes() {
    let rate = TokenBucket.Rate(burst: .max, perMinute: .max)
    var bucket = TokenBucket(rate, now: .min)
    #expect({ bucket.take(rate, now: .max) }())
    let nothing = TokenBucket.Rate(burst: -1, perMinute: -1)
    var empty = TokenBucket(nothing, now: 0)
    #expect(!{ empty.take(nothing, now: .max) }())
  }
}
