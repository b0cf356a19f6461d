/// How a name is looked up. Times are in milliseconds.
public struct NameSettings: Hashable, Sendable {
  public enum Family: String, CaseIterable, Sendable {
    case any, ipv4, ipv6
  }

  /// Of which addresses backends are made.
  public var family: Family
  /// The least time that an answer counts, however short its records live.
  public var shortest: UInt64
  /// The most time that an answer counts, however long its records live.
  public var longest: UInt64
  /// How long after its time an answer still counts while there is no new one; 0 for ever.
  public var stale: UInt64

  public init(
    family: Family = .any, shortest: UInt64 = 1000, longest: UInt64 = 300_000, stale: UInt64 = 0
  ) {
    self.family = family
    self.shortest = shortest
    self.longest = max(shortest, longest)
    self.stale = stale
  }

  /// What addresses are asked for by.
  var addressTypes: [RecordType] {
    switch family {
    case .any: [.a, .aaaa]
    case .ipv4: [.a]
    case .ipv6: [.aaaa]
    }
  }

  /// The time between two failures in a row at most, so that a name that comes to be is soon found.
  private static let longestPause: UInt64 = 30_000

  /// How long an answer counts.
  func time(secondsToLive: UInt32) -> UInt64 {
    min(max(UInt64(secondsToLive) * 1000, shortest), longest)
  }

  /// The pause after so many failures in a row: 1 s, doubled each time, give or take a quarter, so
  /// that those who fail together do not ask together.
  func pause(
    afterFailures count: Int, using generator: inout some RandomNumberGenerator
  ) -> UInt64 {
    let grown = UInt64(1000) << UInt64(min(max(count, 1) - 1, 8))
    let pause = min(max(grown, shortest), max(shortest, min(longest, Self.longestPause)))
    return pause - pause / 4 + generator.time(upTo: pause / 2)
  }
}

extension RandomNumberGenerator {
  /// A time from 0 to `most`, which is less than 2^64 - 1. Not for secrets: it is as even as a
  /// delay needs to be.
  mutating func time(upTo most: UInt64) -> UInt64 {
    next().multipliedFullWidth(by: most &+ 1).high
  }
}
