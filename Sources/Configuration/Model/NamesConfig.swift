/// How the names of a cluster's backends are looked up. JSON: `names`.
public struct NamesConfig: Equatable, Sendable {
  public enum Family: String, CaseIterable, Sendable { case any, ipv4, ipv6 }

  /// Of which addresses backends are made. JSON: `family`.
  public var family = Family.any
  /// The least time that an answer counts, however short its records live. JSON: `min_ttl`.
  public var minTTL: Duration = .seconds(1)
  /// The most time that an answer counts. JSON: `max_ttl`.
  public var maxTTL: Duration = .seconds(300)
  /// How long after its time an answer still counts while there is no new one; 0 for ever. JSON:
  /// `max_stale`.
  public var maxStale: Duration = .zero

  public init() {}
}
