import Glibc

/// The signals that the daemon listens to.
public enum SignalKind: CaseIterable, Sendable {
  /// SIGHUP: read the configuration anew.
  case hangUp
  /// SIGINT, SIGTERM, SIGQUIT: let what is under way end, then exit; the second time, exit now.
  case interrupt, terminate, quit
  /// SIGUSR1: open the log files anew.
  case user1

  public var number: Int32 {
    switch self {
    case .hangUp: SIGHUP
    case .interrupt: SIGINT
    case .terminate: SIGTERM
    case .quit: SIGQUIT
    case .user1: SIGUSR1
    }
  }

  /// `SIGTERM`
  public var name: String {
    switch self {
    case .hangUp: "SIGHUP"
    case .interrupt: "SIGINT"
    case .terminate: "SIGTERM"
    case .quit: "SIGQUIT"
    case .user1: "SIGUSR1"
    }
  }
}
