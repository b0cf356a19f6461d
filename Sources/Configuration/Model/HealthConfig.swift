/// How backends are asked whether they are well. JSON: `health`.
public struct HealthConfig: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// A GET that has to be answered as expected, by the protocol that the backends speak.
    case http
    /// A connection that has to be established, with TLS where the cluster has it.
    case tcp
    /// A call of `grpc.health.v1.Health/Check` that has to be answered SERVING.
    case grpc
  }

  /// JSON: `type`.
  public var kind = Kind.http
  /// With its query. JSON: `path`, of `http`.
  public var path = "/"
  /// nil: what the cluster's `host` says, or the backend's address. JSON: `host`, of `http` and
  /// `grpc`.
  public var host: String?
  /// nil: 200...299. JSON: `statuses`, of `http`.
  public var statuses: Set<Int>?
  /// What the content has to contain in its first 32 KiB; empty: whatever. JSON: `body`, of `http`.
  public var body = ""
  /// JSON: `service`, of `grpc`; empty: the server as a whole.
  public var service = ""
  /// nil: the backend's own. 1...65,535.
  public var port: Int?
  /// From one check's beginning to the next one's, a tenth more or less at random.
  public var interval: Duration = .seconds(5)
  /// For a check as a whole.
  public var timeout: Duration = .seconds(2)
  /// Failures in a row that make a healthy backend unhealthy. 1...100.
  public var fall = 3
  /// Successes in a row that make an unhealthy backend healthy. 1...100.
  public var rise = 2

  public init() {}
}
