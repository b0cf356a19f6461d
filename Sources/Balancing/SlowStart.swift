/// How much of its weight a backend has that is new, or has come back: caches are cold, and what
/// was compiled on demand has to be compiled again.
public struct SlowStart: Equatable, Sendable {
  /// Milliseconds until it has its whole weight; 0: at once.
  public var duration: UInt64

  /// Percent that it begins with.
  private static let least: UInt64 = 10

  public init(duration: UInt64 = 0) { self.duration = duration }

  /// Percent of its weight.
  ///
  /// - Parameters:
  ///   - now: In milliseconds.
  ///   - began: When it came; 0 for one that was there from the beginning.
  public func percent(at now: UInt64, since began: UInt64) -> Int {
    guard isUnderWay(at: now, since: began) else { return 100 }
    return now <= began ? Int(Self.least) : Int(max(Self.least, (now - began) * 100 / duration))
  }

  /// When the percentage is another one; nil when it is 100.
  public func nextChange(at now: UInt64, since began: UInt64) -> UInt64? {
    guard isUnderWay(at: now, since: began) else { return nil }
    // A percent more at a time is as smooth as anybody needs.
    return now &+ max(duration / 100, 10)
  }

  private func isUnderWay(at now: UInt64, since began: UInt64) -> Bool {
    began > 0 && duration > 0 && now < began &+ duration
  }
}
