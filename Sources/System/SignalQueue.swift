import CLinux
import Glibc

/// Signals as something to read, instead of something that strikes amid anything.
public enum SignalQueue {
  /// Blocks every ``SignalKind`` for the calling thread and all threads that it starts from here
  /// on, and ignores SIGPIPE: a peer that has gone is an error of the write.
  ///
  /// Call it before any other thread exists: one that does not block a signal would be struck by
  /// it.
  public static func block() {
    var set = watched()
    // Sound: the set lives for the call.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Opens a non-blocking descriptor from which blocked signals are read; negative on failure.
  public static func open() -> Int32 {
    var set = watched()
    // Sound: the set lives for the call.
    return unsafe signalfd(-1, &set, Int32(CLINUX_SIGNALFD_FLAGS))
  }

  /// Takes the signals that have come. Equal ones that came together may count as one.
  public static func take(from descriptor: Int32) -> [SignalKind] {
    var taken: [SignalKind] = []
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    // Sound: the kernel writes whole structures, and there is room for one.
    while unsafe read(descriptor, &info, size) == size {
      let number = Int32(truncatingIfNeeded: info.ssi_signo)
      if let kind = SignalKind.allCases.first(where: { $0.number == number }) {
        taken.append(kind)
      }
    }
    return taken
  }

  private static func watched() -> sigset_t {
    var set = sigset_t()
    // Sound: the calls fill in the structure that they are given.
    unsafe sigemptyset(&set)
    for kind in SignalKind.allCases { _ = unsafe sigaddset(&set, kind.number) }
    return set
  }
}
