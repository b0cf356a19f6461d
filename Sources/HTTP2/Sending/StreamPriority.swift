/// How urgent a stream's content is to the client (RFC 9218 §4).
public struct StreamPriority: Equatable, Sendable {
  /// From 0, the most urgent, to 7.
  public var urgency: UInt8
  /// Whether the client can use the content in parts.
  public var isIncremental: Bool

  /// Urgency 3 and not incremental, unless told otherwise.
  public init(urgency: UInt8 = 3, isIncremental: Bool = false) {
    self.urgency = min(urgency, 7)
    self.isIncremental = isIncremental
  }
}
