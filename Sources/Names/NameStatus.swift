/// What there is to tell of a name that is looked up.
public struct NameStatus: Equatable, Sendable {
  public let name: BackendName
  public let backends: [NamedBackend]
  /// Milliseconds since the oldest of the answers came that the backends are from; nil without any.
  public let age: UInt64?
  /// Whether all that it takes to know the backends has been answered, one way or the other.
  public let isAnswered: Bool
  /// Why there is no newer answer; nil while all is well.
  public let failure: NameFailure?
  /// How often in a row.
  public let failures: Int
  /// How often servers were asked.
  public let questions: UInt64
}
