import Bytes
import EventLoop
import Glibc
import HTTPSemantics
import Testing

@testable import Proxy

@Suite("The Date field of a worker")
struct DateFieldTests {
  /// The value that belongs to a time in microseconds since 1970.
  private func value(at unixMicroseconds: Int64) -> [UInt8] {
    octets(
      written { output in
        HTTPDate.write(unixSeconds: unixMicroseconds / 1_000_000, into: &output)
      })
  }

  private func wallClock() -> Int64 {
    var time = timespec()
    // Sound: the call fills the structure that it is given.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  @Test("is whole from the beginning, and tells the wall clock's time")
  func fresh() {
    let before = wallClock()
    let now = Instant.read()
    var date = DateField(now: now)
    let microseconds = date.unixMicroseconds(now: now)
    #expect(before...wallClock() ~= microseconds)
    #expect(date.value == value(at: microseconds))
    #expect(date.value.count == 29)
  }

  @Test("date and time never tell different seconds", arguments: [1, 7, 999, 100_003, 999_999])
  func secondBoundary(step: Int64) {
    var now = Instant(microseconds: 123_456)
    var date = DateField(now: now)
    var last: Int64 = 0
    for _ in 0..<2000 {
      let microseconds = date.unixMicroseconds(now: now)
      #expect(date.value == value(at: microseconds))
      last = microseconds
      now = now + Interval(microseconds: step)
    }
    #expect(last > 0)
  }

  @Test("changes with the second's last microsecond, not before")
  func lastMicrosecond() {
    let start = Instant(microseconds: 5_000_000)
    var date = DateField(now: start)
    let first = date.unixMicroseconds(now: start)
    let toBoundary = 1_000_000 - first % 1_000_000
    let before = start + Interval(microseconds: toBoundary - 1)
    #expect(date.unixMicroseconds(now: before) == first + toBoundary - 1)
    // From here on the clock is read anew: no more is sure than that it goes on.
    let after = date.unixMicroseconds(now: start + Interval(microseconds: toBoundary))
    #expect(after >= first)
    #expect(abs(after - wallClock()) < 5_000_000)
  }
}
