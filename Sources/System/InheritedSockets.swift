import Glibc

/// The listening sockets that systemd has opened for the daemon (sd_listen_fds(3)).
public struct InheritedSockets: Sendable {
  /// Descriptors by the name that their unit gives them. They stay open as long as the process
  /// lives, so that a listener can be removed and come back.
  public let descriptors: [String: [Int32]]

  /// None.
  public init() { descriptors = [:] }

  /// As the environment says: `LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`.
  public static func fromEnvironment() -> InheritedSockets {
    let sockets = InheritedSockets(
      processID: Environment["LISTEN_PID"], count: Environment["LISTEN_FDS"],
      names: Environment["LISTEN_FDNAMES"], own: Environment.processID)
    for descriptor in sockets.descriptors.values.joined() {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    return sockets
  }

  init(processID: String?, count: String?, names: String?, own: Int32) {
    guard let processID, Int32(processID) == own, let count, let count = Int32(count),
      (1...4096).contains(count)
    else {
      descriptors = [:]
      return
    }
    let names = (names ?? "").split(separator: ":", omittingEmptySubsequences: false)
    var descriptors: [String: [Int32]] = [:]
    for index in 0..<Int(count) {
      // systemd's own name for sockets without one.
      let name = index < names.count && !names[index].isEmpty ? String(names[index]) : "unknown"
      descriptors[name, default: []].append(Self.first + Int32(index))
    }
    self.descriptors = descriptors
  }

  /// SD_LISTEN_FDS_START
  private static let first: Int32 = 3

  /// Fresh duplicates of the descriptors under `name`, which belong to the caller.
  public func duplicates(named name: String) -> [Int32] {
    (descriptors[name] ?? []).map { duplicate($0) }.filter { $0 >= 0 }
  }
}

/// Another descriptor for the same open file, closed on exec; negative on failure.
public func duplicate(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
