import Glibc

/// Why a transport cannot go on.
public enum TransportError: Error, Equatable, Sendable {
  /// The peer reset the connection, or the kernel gave it up; the `errno`.
  case broken(Int32)
  /// The deadline has passed.
  case timedOut
  /// The exchange that waited must end.
  case aborted

  /// Whether this process, or the machine, has no descriptor, memory or port left for a socket.
  public var isExhaustion: Bool {
    switch self {
    case .broken(EMFILE), .broken(ENFILE), .broken(ENOBUFS), .broken(ENOMEM),
      .broken(EADDRNOTAVAIL):
      true
    case .broken, .timedOut, .aborted: false
    }
  }
}
