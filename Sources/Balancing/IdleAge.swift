/// The age at which a backend closes connections that are idle, as was seen.
///
/// Servers close idle connections after a fixed time, and a request that is on its way just then is
/// lost. Two connections that were closed at about the same age give that time away, unless they
/// were closed at the same moment: a server that stops closes all of its connections, whatever
/// their age.
///
/// As ``BackendRest`` it is 64 bits, 0 at the beginning, for workers to share in one atomic. Times
/// and ages are milliseconds.
public struct IdleAge: Equatable, Sendable {
  /// Bits 0...15: the age; 16...31: the last age that was no such; 32...43: connections that did
  /// not get so old, because of what was learnt; 44...63: when the last one was closed, in units of
  /// 16 ms.
  public var packed: UInt64

  /// A server that closes earlier is not one to keep connections to, or has closed for another
  /// reason.
  private static let least: UInt64 = 50
  /// Ages beyond are of no interest.
  private static let most: UInt64 = 65_535
  private static let timeMask: UInt64 = (1 << 20) - 1
  /// So many connections that we have closed before their time; then it may be another time by now.
  private static let patience: UInt64 = 256
  /// What was idle for less than this may be used before anything is known.
  private static let usuallyKept: UInt64 = 500

  public init() { packed = 0 }

  public init(packed: UInt64) { self.packed = packed }

  private init(age: UInt64, candidate: UInt64, spared: UInt64, time: UInt64) {
    packed = age | candidate << 16 | min(spared, 4095) << 32 | time << 44
  }

  /// nil: nothing is known.
  public var age: UInt64? { packed & 0xFFFF == 0 ? nil : packed & 0xFFFF }

  private var candidate: UInt64 { packed >> 16 & 0xFFFF }
  private var spared: UInt64 { packed >> 32 & 0xFFF }
  private var time: UInt64 { packed >> 44 }

  /// The state after the backend closed a connection that had been idle for `age`.
  public func afterClosing(at age: UInt64, now: UInt64) -> IdleAge {
    guard Self.least...Self.most ~= age else { return self }
    let time = now / 16 & Self.timeMask
    // Closed together with the last one: that they agree says nothing.
    let isSameMoment = packed != 0 && (time &- self.time) & Self.timeMask < 4
    if isSameMoment { return self }
    if let known = self.age, Self.agree(age, known) {
      return IdleAge(age: min(age, known), candidate: 0, spared: 0, time: time)
    }
    if candidate > 0, Self.agree(age, candidate) {
      return IdleAge(age: min(age, candidate), candidate: 0, spared: 0, time: time)
    }
    return IdleAge(age: self.age ?? 0, candidate: age, spared: spared, time: time)
  }

  /// The state after we closed a connection because of ``limit``.
  public var afterSparing: IdleAge {
    if spared >= Self.patience { return IdleAge() }
    return IdleAge(age: age ?? 0, candidate: candidate, spared: spared + 1, time: time)
  }

  private static func agree(_ one: UInt64, _ other: UInt64) -> Bool {
    let (less, more) = (min(one, other), max(one, other))
    return more - less <= max(less / 8, 30)
  }

  /// How long connections are kept, for requests that can be repeated if they go wrong. nil:
  /// nothing is known.
  public var limit: UInt64? { age.map { $0 - min($0, max($0 / 8, 50)) } }

  /// How long one may have been idle for a request that cannot be repeated.
  public var safeLimit: UInt64 {
    age.map { $0 - min($0, max($0 / 4, 100)) } ?? Self.usuallyKept
  }
}
