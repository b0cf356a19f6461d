import Glibc

/// How many descriptors the process may have open.
public enum DescriptorLimit {
  /// Raises the limit to its hard maximum.
  ///
  /// - Returns: The limit that holds from here on.
  public static func raise() -> Int {
    var limit = rlimit()
    // Sound: the call fills in the structure that it is given.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 1024
    }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = limit.rlim_max
      // Sound: the kernel reads the structure. It may refuse; then the old limit goes on.
      if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 {
        limit = raised
      }
    }
    return Int(clamping: limit.rlim_cur)
  }
}
