import Bytes
import EventLoop
import Glibc
import HTTPSemantics

/// The value of `Date`, and wall-clock time, without a system call for each response.
struct DateField {
  /// Of 29 octets.
  private(set) var value: [UInt8] = []
  /// Microseconds between the monotonic and the wall clock.
  private var offset: Int64 = 0
  private var second: Int64 = 0

  init(now: Instant) { update(now: now) }

  /// Microseconds since 1970 at `now`; follows the wall clock within a second.
  mutating func unixMicroseconds(now: Instant) -> Int64 {
    refresh(now: now)
    return now.microseconds &+ offset
  }

  /// Makes ``value`` that of `now`.
  mutating func refresh(now: Instant) {
    if now.microseconds >= nextUpdate { update(now: now) }
  }

  private var nextUpdate: Int64 = 0

  private mutating func update(now: Instant) {
    var time = timespec()
    // Sound: the call fills the structure that it is given.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    let unix = Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    offset = unix &- now.microseconds
    // At the next full second.
    nextUpdate = now.microseconds &+ 1_000_000 &- unix % 1_000_000
    var output = OutputBuffer(capacity: 64)
    HTTPDate.write(unixSeconds: unix / 1_000_000, into: &output)
    let span = output.span
    value = span.indices.map { span[$0] }
  }
}
