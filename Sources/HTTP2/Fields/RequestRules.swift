/// What a server makes of requests, by its settings and limits.
struct RequestRules {
  /// Whether `:protocol` is allowed (RFC 8441 §4).
  let allowsConnectProtocol: Bool
  /// Octets of `:path`.
  let maxTarget: Int
  let dropsOddNames: Bool
  /// Octets of a method.
  let maxMethod = 32
}
