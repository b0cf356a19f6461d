/// Whether a backend may be tried: the failures in a row, and until when it rests for them.
///
/// ```
///            failed                 rest is over
///   usable ---------> resting ----------------------> may be tried
///     ^                  ^                               | beginTry: one request
///     |                  | failed: rests twice as long   v
///     +------------------+--------------------------- tried   (anew after `tryLimit`)
///         succeeded
/// ```
///
/// The whole state is 64 bits, 0 for a usable backend, so that workers can share it in one atomic:
/// read, compute the state after, compare and exchange, and begin anew when another was faster.
/// Times are milliseconds since any fixed moment, less than 2^48.
public struct BackendRest: Equatable, Sendable {
  /// Bits 0...47: when the rest or the try ends; bit 48: being tried; bits 49...56: failures.
  public var packed: UInt64

  private static let timeMask: UInt64 = (1 << 48) - 1
  private static let triedBit: UInt64 = 1 << 48
  private static let failuresShift: UInt64 = 49

  /// A usable backend.
  public init() { packed = 0 }

  public init(packed: UInt64) { self.packed = packed }

  private init(failures: UInt64, until: UInt64, isTried: Bool) {
    packed =
      min(failures, 255) << Self.failuresShift | (isTried ? Self.triedBit : 0)
      | min(until, Self.timeMask)
  }

  /// Failures in a row, at most 255.
  public var failures: UInt64 { packed >> Self.failuresShift & 255 }

  /// Whether one request is finding out if the backend is back.
  public var isTried: Bool { packed & Self.triedBit != 0 }

  private var until: UInt64 { packed & Self.timeMask }

  /// Milliseconds until the backend may be tried, for `Retry-After`; 0 if it may be now.
  public func remaining(at now: UInt64) -> UInt64 {
    packed == 0 || now >= until ? 0 : until - now
  }

  /// Whether a request may go to the backend: it is usable, or its rest is over and nobody else
  /// tries it.
  public func canTry(at now: UInt64) -> Bool { packed == 0 || now >= until }

  /// Whether the backend is usable without ``afterBeginningTry(at:policy:)``.
  public var isUsable: Bool { packed == 0 }

  /// The state once a request has taken the one try that a resting backend is allowed, or nil if it
  /// may not be tried. A usable backend stays as it is.
  public func afterBeginningTry(
    at now: UInt64, policy: RestPolicy = RestPolicy()
  ) -> BackendRest? {
    if packed == 0 { return self }
    guard now >= until else { return nil }
    return BackendRest(failures: failures, until: now &+ policy.tryLimit, isTried: true)
  }

  /// The state once a try has ended without having found out anything: the next one may begin at
  /// once.
  public func afterUndoingTry(at now: UInt64) -> BackendRest {
    isTried ? BackendRest(failures: failures, until: now, isTried: false) : self
  }

  /// The state after a connection was refused, or could not be established in time.
  ///
  /// A failure during a rest says nothing new: it comes from a request that was already on its way
  /// when the first one failed. Else fifty requests in flight would count as fifty failures.
  public func afterFailure(at now: UInt64, policy: RestPolicy = RestPolicy()) -> BackendRest {
    if failures > 0, !isTried, now < until { return self }
    let failures = min(failures + 1, 255)
    let until = now &+ policy.rest(afterFailures: failures)
    return BackendRest(failures: failures, until: until, isTried: false)
  }

  /// Takes the one try; false if the backend may not be tried.
  public mutating func beginTry(at now: UInt64, policy: RestPolicy = RestPolicy()) -> Bool {
    guard let next = afterBeginningTry(at: now, policy: policy) else { return false }
    self = next
    return true
  }

  public mutating func failed(at now: UInt64, policy: RestPolicy = RestPolicy()) {
    self = afterFailure(at: now, policy: policy)
  }

  /// A connection was established: whatever was, the backend is usable.
  public mutating func succeeded() { self = BackendRest() }
}
