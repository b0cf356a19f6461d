/// What a request brings to the choice of its backend.
public struct BalanceQuery: Sendable {
  /// Milliseconds since the moment that response times are counted from.
  public var now: UInt64
  /// Hash of what subclusters are chosen by, if they are chosen by something.
  public var subclusterKey: UInt64?
  /// Hash of what backends are chosen by; nil for a request that has no such thing, which is
  /// balanced in turn.
  public var backendKey: UInt64?
  /// Whether a subcluster that refuses may be chosen.
  public var mayBeRefused: Bool

  public init(
    now: UInt64 = 0, subclusterKey: UInt64? = nil, backendKey: UInt64? = nil,
    mayBeRefused: Bool = true
  ) {
    self.now = now
    self.subclusterKey = subclusterKey
    self.backendKey = backendKey
    self.mayBeRefused = mayBeRefused
  }
}
