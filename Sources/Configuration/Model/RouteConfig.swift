/// One entry of `routes`: which requests it takes, and what becomes of them.
public struct RouteConfig: Equatable, Sendable {
  public enum HostPattern: Hashable, Sendable {
    /// In lower case, without a port.
    case exact(String)
    /// `*.example.org` holds `example.org`; one label or more stands before it.
    case suffix(String)
  }

  public enum PathPattern: Hashable, Sendable {
    /// The normalised path.
    case exact(String)
    /// `/api/*` holds `/api`: that path and all below it, by whole segments. `/*` holds ``.
    case prefix(String)
  }

  public enum Action: Equatable, Sendable {
    /// Index into ``RoutingConfig/clusters``.
    case forward(cluster: Int)
    case redirect(RedirectConfig)
    case respond(FixedResponseConfig)
  }

  /// A protocol to which a connection may be upgraded (RFC 9110 §7.8).
  public enum Upgrade: String, CaseIterable, Sendable { case websocket }

  /// Which requests are gRPC: their errors are told in `grpc-status`, and `grpc-timeout` is their
  /// deadline.
  public enum GRPC: Equatable, Sendable {
    /// Those whose content type is `application/grpc` or begins with that and `+` or `;`. JSON:
    /// `"auto"`.
    case auto
    /// JSON: `true` and `false`.
    case always, never
  }

  /// JSON: `name`; absent, `routes[3]`.
  public var name = ""
  /// Indices into ``RoutingConfig/listeners``; empty means all. JSON: `listeners`.
  public var listeners: [Int] = []
  /// Empty means every host. JSON: `hosts`, a string or an array.
  public var hosts: [HostPattern] = []
  /// JSON: `path`, a string or an array; absent means `/*`.
  public var paths: [PathPattern] = [.prefix("")]
  /// JSON: one of `cluster`, `redirect`, `respond`.
  public var action = Action.respond(FixedResponseConfig())
  /// Octets of request content; beyond: 413. nil means no limit. JSON: `max_body`.
  public var maxBody: UInt64?
  /// JSON: `timeouts.total`, from the request's head to the end of the response: 504, or the
  /// connection is cut. nil means no limit. JSON: `timeouts.response_head` overrides the cluster's.
  public var totalTimeout: Duration?
  public var responseHeadTimeout: Duration?
  /// How long an upgraded connection may carry nothing. nil: ``WebSocketConfig/idleTimeout`` of the
  /// listener. JSON: `timeouts.tunnel_idle`.
  public var tunnelIdleTimeout: Duration?
  /// nil: ``ClusterTimeouts/grpcMax``. JSON: `timeouts.grpc_max`.
  public var grpcMaxTimeout: Duration?
  /// Empty forbids all. JSON: `upgrades`, a token or an array of them.
  public var upgrades: Set<Upgrade> = [.websocket]
  public var grpc = GRPC.auto
  /// nil: those of the cluster.
  public var retries: RetryConfig?
  /// nil: as the listener says. JSON: `access_log`.
  public var accessLog: AccessLogRule?
  /// nil: ``TracingConfig/sample``. JSON: `trace_sample`.
  public var traceSample: Int?

  public init() {}
}

/// JSON: `redirect`, `{ "status": 308, "location": "https://{host}{path}{query}" }`.
public struct RedirectConfig: Equatable, Sendable {
  public enum Piece: Equatable, Sendable {
    case literal(String)
    /// `{scheme}`, `{host}` (without port), `{authority}` (with it), `{path}` (normalised),
    /// `{query}` (with its `?`, or nothing).
    case scheme, host, authority, path, query
  }

  /// 301, 302, 303, 307 or 308.
  public var status = 308
  public var location: [Piece] = []

  public init() {}
}

/// JSON: `respond`, `{ "status": 200, "content_type": "text/plain", "body": "ok" }`.
public struct FixedResponseConfig: Equatable, Sendable {
  /// 200...599.
  public var status = 404
  public var contentType = "text/plain; charset=utf-8"
  /// Empty, with a status of 400 or more: Portico's own text for the status.
  public var body = ""

  public init() {}
}
