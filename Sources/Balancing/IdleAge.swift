/// The age at which a backend closes connections that are idle, as was seen.
///
/// Servers close idle connections after a fixed time, and a request that is on its way just then is
/// lost. Two connections that were closed at about the same age give that time away. One alone does
/// not: a server that stops closes all of its connections, whatever their age.
///
/// As ``BackendRest`` it is 64 bits, 0 at the beginning, for workers to share in one atomic. Ages are
/// milliseconds.
public struct IdleAge: Equatable, Sendable {
  /// Bits 0...23: the age; 24...47: the last age that was no such; 48...63: connections that did not
  /// get so old, because of what was learnt.
  public var packed: UInt64

  private static let mask: UInt64 = (1 << 24) - 1
  /// So many connections that we have closed before their time; then it may be another time by now.
  private static let patience: UInt64 = 256
  /// What was idle for less than this may be used before anything is known.
  private static let usuallyKept: UInt64 = 500

  public init() { packed = 0 }

  public init(packed: UInt64) { self.packed = packed }

  private init(age: UInt64, candidate: UInt64, spared: UInt64) {
    packed = min(age, Self.mask) | min(candidate, Self.mask) << 24 | min(spared, 65_535) << 48
  }

  /// nil: nothing is known.
  public var age: UInt64? { packed & Self.mask == 0 ? nil : packed & Self.mask }

  private var candidate: UInt64 { packed >> 24 & Self.mask }
  private var spared: UInt64 { packed >> 48 }

  /// The state after the backend closed a connection that had been idle for `age`.
  public func afterClosing(at age: UInt64) -> IdleAge {
    let age = min(max(1, age), Self.mask)
    if let known = self.age, Self.agree(age, known) {
      return IdleAge(age: min(age, known), candidate: 0, spared: 0)
    }
    if candidate > 0, Self.agree(age, candidate) {
      return IdleAge(age: min(age, candidate), candidate: 0, spared: 0)
    }
    return IdleAge(age: self.age ?? 0, candidate: age, spared: spared)
  }

  /// The state after we closed a connection because of ``limit``.
  public var afterSparing: IdleAge {
    if spared >= Self.patience { return IdleAge() }
    return IdleAge(age: age ?? 0, candidate: candidate, spared: spared + 1)
  }

  private static func agree(_ one: UInt64, _ other: UInt64) -> Bool {
    let (less, more) = (min(one, other), max(one, other))
    return more - less <= max(less / 8, 30)
  }

  /// How long connections are kept, for requests that can be repeated if they go wrong. nil: nothing is
  /// known.
  public var limit: UInt64? { age.map { $0 - min($0, max($0 / 8, 50)) } }

  /// How long one may have been idle for a request that cannot be repeated.
  public var safeLimit: UInt64 {
    age.map { $0 - min($0, max($0 / 4, 100)) } ?? Self.usuallyKept
  }
}
