import Glibc

/// Descriptors 0 to 2, which are somebody else's to open.
public enum StandardDescriptors {
  /// Opens `/dev/null` on those that are closed: the next file that is opened would get their
  /// numbers, and with them what is written to the log.
  ///
  /// Call it before anything is opened.
  public static func open() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free: this one, as those below are open. For whoever is started
      // from here too, hence without O_CLOEXEC. Sound: the path lives for the call.
      _ = unsafe Glibc.open("/dev/null", O_RDWR)
    }
  }
}
