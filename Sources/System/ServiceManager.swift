import CLinux
import Glibc

/// systemd, as the daemon speaks to it (sd_notify(3), sd_watchdog_enabled(3)).
///
/// Without systemd every call does nothing.
public struct ServiceManager: Sendable {
  /// What the daemon tells about itself.
  public enum State: Sendable {
    case ready
    /// A reload has begun; `ready` ends it.
    case reloading(monotonicMicroseconds: Int64)
    case stopping
    case watchdog

    var text: String {
      switch self {
      case .ready: "READY=1"
      case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
      case .stopping: "STOPPING=1"
      case .watchdog: "WATCHDOG=1"
      }
    }
  }

  private let socketPath: String?
  /// How often the watchdog wants to hear from the daemon, in microseconds; nil when it does not.
  public let watchdogMicroseconds: Int64?

  /// - Parameters:
  ///   - socketPath: `NOTIFY_SOCKET`; `@` begins a name in the abstract namespace.
  ///   - watchdogMicroseconds: nil for no watchdog.
  public init(socketPath: String?, watchdogMicroseconds: Int64? = nil) {
    self.socketPath = socketPath
    self.watchdogMicroseconds = watchdogMicroseconds
  }

  /// As the environment says.
  public init() {
    self.init(
      socketPath: Environment["NOTIFY_SOCKET"],
      watchdogMicroseconds: Self.watchdog(
        microseconds: Environment["WATCHDOG_USEC"], processID: Environment["WATCHDOG_PID"],
        own: Environment.processID))
  }

  /// The watchdog's interval, unless it is meant for another process.
  static func watchdog(microseconds: String?, processID: String?, own: Int32) -> Int64? {
    if let processID, Int32(processID) != own { return nil }
    guard let microseconds, let interval = Int64(microseconds), interval > 0 else { return nil }
    return interval
  }

  /// - Parameter status: What `systemctl status` shows, in one line.
  /// - Returns: Whether it was sent. Nobody waits for it.
  @discardableResult
  public func notify(_ state: State, status: String? = nil) -> Bool {
    guard let socketPath else { return false }
    var message = state.text
    if let status { message += "\nSTATUS=\(status)" }
    return send(Array(message.utf8), to: socketPath)
  }

  private func send(_ message: [UInt8], to path: String) -> Bool {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(CLINUX_SOCKET_FLAGS), 0)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    // Sound: the copy is bounded by the field, whose last octet stays 0.
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard octets.count < field.count else { return false }
      unsafe field.copyBytes(from: octets)
      if octets.first == UInt8(ascii: "@") { unsafe field[0] = 0 }
      return true
    }
    guard fits else { return false }
    let isAbstract = octets.first == UInt8(ascii: "@")
    let length = MemoryLayout<sa_family_t>.size + octets.count + (isAbstract ? 0 : 1)
    // Sound: every pointer is to a value that lives for the call, with its own length.
    let sent = unsafe withUnsafePointer(to: address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe sendto(
          descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
      }
    }
    return sent == message.count
  }
}
