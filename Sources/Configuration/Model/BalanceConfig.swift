/// How one of several is chosen. JSON: `balance`, `split`: a policy's name, or
/// `{ "policy": "hash", "key": ... }`.
public struct BalanceConfig: Equatable, Sendable {
  public enum Policy: String, CaseIterable, Sendable {
    case weightedRoundRobin = "weighted_round_robin"
    case leastRequests = "least_requests"
    case twoChoices = "two_choices"
    case peakEWMA = "peak_ewma"
    case hash
  }

  /// What a hash is taken of. JSON: `"client_address"`, `"path"`, or an object with the name of a
  /// header, a cookie or a query parameter: `{ "header": "X-User" }`.
  public enum Key: Equatable, Sendable {
    case clientAddress
    /// The normalised one, without the query.
    case path
    /// In lower case.
    case header(String)
    case cookie(String)
    case query(String)
  }

  public var policy = Policy.weightedRoundRobin
  /// What ``Policy/hash`` is taken of; nil with the others.
  public var key: Key?
  /// With ``Policy/hash``: percent of the average number of requests in flight that a backend may
  /// have before its requests go on to the next; 0 for no bound. JSON: `load_bound`, as a factor:
  /// 1.25.
  public var loadBound = 125

  public init(policy: Policy = .weightedRoundRobin) { self.policy = policy }
}

/// Sessions that stay with the backend that began them, by a cookie of ours. JSON: `sticky`.
public struct StickyConfig: Equatable, Sendable {
  /// What cookies are made with, so that nobody else can make them.
  public enum Secret: Equatable, Sendable {
    case text(String)
    case file(FileReference)
  }

  /// RFC 6265bis §4.1.2.7. JSON: `same_site`.
  public enum SameSite: String, CaseIterable, Sendable { case lax, strict, none }

  /// The cookie's name.
  public var cookie: String
  /// JSON: `secret` or `secret_file`.
  public var secret: Secret
  /// How long browsers keep the cookie; nil: until they are closed.
  public var lifetime: Duration?
  /// The cookie's `Path`.
  public var path = "/"
  public var sameSite = SameSite.lax

  /// Octets that a secret has at least.
  public static let minSecret = 16

  public init(cookie: String, secret: Secret) {
    self.cookie = cookie
    self.secret = secret
  }
}
