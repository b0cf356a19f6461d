import CLinux
import Glibc

/// Any descriptor that one only reads from, such as one of signals. Edge-triggered.
public final class ReadableDescriptor: EventSource {
  private let waits: WaitPoint

  /// - Parameter descriptor: It is owned from here.
  public init(owning descriptor: Int32, on loop: EventLoop) {
    waits = WaitPoint(on: loop)
    super.init(descriptor: descriptor, on: loop)
    loop.register(self, EPOLLIN.rawValue | EPOLLET.rawValue)
  }

  deinit {
    loop.unregister(self)
    _ = Glibc.close(descriptor)
  }

  /// Ends the wait for another reason than an edge.
  public func wake() { waits.signal() }

  override func deliver(_ events: UInt32) { waits.signal() }

  /// Waits for an edge: something new to read. Read until it would block, then wait again.
  public func wait(until deadline: Instant = .never) async -> WaitOutcome {
    await waits.wait(until: deadline)
  }
}
