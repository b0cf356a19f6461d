import CLinux
import Glibc

extension EventLoop {
  /// Runs the loop on a thread of its own, until ``stop()``.
  ///
  /// - Parameter name: What `top -H` shows; at most 15 octets.
  /// - Returns: Whether the thread could be started.
  public func startThread(name: String) -> Bool {
    // Sound: the retain is balanced by the thread that takes the pointer over.
    let start = unsafe Unmanaged.passRetained(ThreadStart(loop: self, name: name)).toOpaque()
    var thread = pthread_t()
    let outcome = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        unsafe clinux_name_thread(start.name)
        start.loop.run()
        return nil
      }, start)
    guard outcome == 0 else {
      unsafe Unmanaged<ThreadStart>.fromOpaque(start).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

private final class ThreadStart {
  let loop: EventLoop
  let name: String

  init(loop: EventLoop, name: String) {
    self.loop = loop
    self.name = name
  }
}
