/// How the process ends, in the numbers of sysexits.h.
public enum ExitStatus: Int32, Error, Sendable {
  case success = 0
  /// `portico reload`: the daemon has refused the configuration.
  case refused = 1
  case usage = 64
  /// The daemon cannot be reached.
  case unavailable = 69
  /// The machine does not give what is needed: an address in use, no thread.
  case system = 71
  /// The configuration has problems.
  case configuration = 78
}
