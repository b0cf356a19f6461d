import CLinux
import Glibc

/// What the daemon asks the kernel about the machine.
public enum Machine {
  /// The processors that this process may run on.
  public static var processorCount: Int { max(1, Int(clinux_processor_count())) }

  /// Microseconds since 1970.
  public static var wallClock: Int64 { read(CLOCK_REALTIME) }

  /// Microseconds since some point in the past; what systemd calls monotonic.
  public static var monotonicClock: Int64 { read(CLOCK_MONOTONIC) }

  /// Microseconds since the machine was started.
  static var bootClock: Int64 { read(CLOCK_BOOTTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // Sound: the call fills in the structure that it is given. It cannot fail for these clocks.
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
  }
}
