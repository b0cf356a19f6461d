import CLinux
import Glibc

/// What a thread that does not run an event loop waits for.
public final class Alarm: Sendable {
  private let descriptor: Int32

  /// - Returns: nil when no descriptor is left.
  public init?() {
    descriptor = eventfd(0, Int32(CLINUX_EVENTFD_FLAGS))
    if descriptor < 0 { return nil }
  }

  deinit { _ = close(descriptor) }

  /// Wakes who waits, or who waits next.
  public func ring() {
    var one: UInt64 = 1
    // Sound: eight octets of a local variable. EAGAIN means that it has rung already.
    _ = unsafe write(descriptor, &one, 8)
  }

  /// Waits until it rings, or for so many milliseconds.
  public func wait(milliseconds: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    var count: UInt64 = 0
    // Sound: one structure, and eight octets, that live for the calls.
    if unsafe poll(&wanted, 1, milliseconds) > 0 { _ = unsafe read(descriptor, &count, 8) }
  }
}
