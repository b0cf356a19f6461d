import CLinux
import Glibc

/// A thread for work that blocks.
public enum BackgroundThread {
  private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Runs `body` on a thread of its own, which ends with it.
  ///
  /// - Parameter name: What `top -H` shows; at most 15 octets.
  /// - Returns: Whether the thread could be started.
  public static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    // Sound: the retain is balanced by the thread that takes the pointer over.
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
    var thread = pthread_t()
    let outcome = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe clinux_name_thread(start.name)
        start.body()
        return nil
      }, start)
    guard outcome == 0 else {
      unsafe Unmanaged<Start>.fromOpaque(start).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
