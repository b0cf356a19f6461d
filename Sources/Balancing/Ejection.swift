/// Whether a backend is ejected for what it answers, until when, and how many failures in a row it
/// has.
///
/// ```
///             failed `consecutive` times, or too often in a window
///   in use  ------------------------------------------------------> ejected
///     ^  <----------------------------------------------------------   |
///                          its rest is over: base × n
/// ```
///
/// Each ejection lasts longer than the one before; for as long as a `base` that passes without one,
/// one is forgotten. As ``BackendRest`` it is 64 bits, 0 at the beginning, for workers to share in
/// one atomic. Times are milliseconds since any fixed moment, less than 2^48.
public struct Ejection: Equatable, Sendable {
  /// Bits 0...47: when the ejection ends; 48...55: failures in a row; 56...63: ejections.
  public var packed: UInt64

  private static let timeMask: UInt64 = (1 << 48) - 1

  public init() { packed = 0 }

  public init(packed: UInt64) { self.packed = packed }

  private init(ejections: UInt64, failures: UInt64, until: UInt64) {
    packed = min(ejections, 255) << 56 | min(failures, 255) << 48 | min(until, Self.timeMask)
  }

  /// Failures in a row, at most 255.
  public var failures: Int { Int(packed >> 48 & 255) }

  /// Ejections that are not forgotten.
  public var count: UInt64 { packed >> 56 }

  /// When the ejection ends or has ended; 0 if there was none.
  public var until: UInt64 { packed & Self.timeMask }

  public func isEjected(at now: UInt64) -> Bool { now < until }

  /// The state after a success.
  public var afterSuccess: Ejection { Ejection(ejections: count, failures: 0, until: until) }

  /// The state after a failure. Those of an ejected backend come from requests that were on their
  /// way.
  public func afterFailure(at now: UInt64) -> Ejection {
    if isEjected(at: now) { return self }
    return Ejection(ejections: count, failures: UInt64(failures) + 1, until: until)
  }

  /// Whether so many failures in a row are too many.
  public func isDue(_ policy: EjectionPolicy) -> Bool {
    policy.consecutive > 0 && failures >= policy.consecutive
  }

  /// The state when the ejection that has just begun is not to be. Those before it are not
  /// forgotten.
  public func afterUndoing(at now: UInt64) -> Ejection {
    let left = count - min(count, 1)
    return Ejection(ejections: left, failures: 0, until: left == 0 ? 0 : now)
  }

  /// The state when it is ejected now.
  public func afterEjection(at now: UInt64, policy: EjectionPolicy) -> Ejection {
    if isEjected(at: now) { return self }
    let forgotten = policy.base == 0 ? count : (now - until) / policy.base
    let number = min(count - min(count, forgotten) + 1, 255)
    return Ejection(
      ejections: number, failures: 0, until: now &+ policy.rest(ofEjection: number))
  }
}
