/// What a backend is good for at the moment, as its balancer sees it.
public struct BackendAvailability: Equatable, Sendable {
  /// How much of its weight counts, in percent: less than 100 while it starts slowly. 0: it gets no
  /// requests but those of sticky sessions, if it ``acceptsSticky``.
  public var percent: Int
  /// Whether requests may go to it that belong to it: also while it is drained.
  public var acceptsSticky: Bool
  /// When this will be different by itself, in milliseconds; `UInt64.max` for never.
  public var until: UInt64

  public init(percent: Int, acceptsSticky: Bool, until: UInt64 = .max) {
    self.percent = max(0, min(100, percent))
    self.acceptsSticky = acceptsSticky
    self.until = until
  }

  public static let usable = BackendAvailability(percent: 100, acceptsSticky: true)
  /// Finishes what it has, and what is bound to it; nothing new.
  public static let draining = BackendAvailability(percent: 0, acceptsSticky: true)

  public static func unusable(until: UInt64 = .max) -> BackendAvailability {
    BackendAvailability(percent: 0, acceptsSticky: false, until: until)
  }
}
