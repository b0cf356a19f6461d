/// Why a transport cannot go on.
public enum TransportError: Error, Equatable, Sendable {
  /// The peer reset the connection, or the kernel gave it up; the `errno`.
  case broken(Int32)
  /// The deadline has passed.
  case timedOut
  /// The exchange that waited must end.
  case aborted
}
