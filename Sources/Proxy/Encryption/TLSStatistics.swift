import TLS

/// What became of handshakes, on one side.
public struct TLSStatistics: Sendable {
  public var completed: UInt64 = 0
  public var resumed: UInt64 = 0
  /// By version, as in `1.3`.
  public var versions: [String: UInt64] = [:]
  public var ciphers: [String: UInt64] = [:]
  /// By reason: the labels of `TLSFailure`, `timeout` and `aborted`.
  public var failures: [String: UInt64] = [:]

  public init() {}

  /// Counts a handshake that is done.
  mutating func count(_ session: TLSSession) {
    completed += 1
    if session.isResumed { resumed += 1 }
    versions[session.version.rawValue, default: 0] += 1
    ciphers[session.cipher, default: 0] += 1
  }

  mutating func countFailure(_ reason: StaticString) {
    failures[reason.description, default: 0] += 1
  }

  mutating func add(_ other: TLSStatistics) {
    completed += other.completed
    resumed += other.resumed
    versions.merge(other.versions) { $0 + $1 }
    ciphers.merge(other.ciphers) { $0 + $1 }
    failures.merge(other.failures) { $0 + $1 }
  }
}
