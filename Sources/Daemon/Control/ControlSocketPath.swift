import System

/// Where the daemon and `portico reload` meet.
public struct ControlSocketPath: Equatable, Sendable {
  public let path: String
  /// The directory to make before the socket can be; nil for one that somebody else has made.
  let directory: String?

  /// - Parameters:
  ///   - configured: `control_socket`.
  ///   - runtimeDirectory: `RUNTIME_DIRECTORY`, which systemd makes; several are joined by colons.
  ///   - userRuntimeDirectory: `XDG_RUNTIME_DIR`.
  ///   - userID: 0 is root.
  init(
    configured: String?, runtimeDirectory: String?, userRuntimeDirectory: String?, userID: UInt32
  ) {
    let directory: String
    if let configured {
      (path, self.directory) = (configured, nil)
      return
    } else if let first = runtimeDirectory?.split(separator: ":").first {
      (path, self.directory) = ("\(first)/control.sock", nil)
      return
    } else if userID == 0 {
      directory = "/run/portico"
    } else if let userRuntimeDirectory {
      directory = "\(userRuntimeDirectory)/portico"
    } else {
      directory = "/tmp/portico-\(userID)"
    }
    path = "\(directory)/control.sock"
    self.directory = directory
  }

  /// As the environment says.
  public init(configured: String?) {
    self.init(
      configured: configured, runtimeDirectory: Environment["RUNTIME_DIRECTORY"],
      userRuntimeDirectory: Environment["XDG_RUNTIME_DIR"], userID: Environment.userID)
  }
}
