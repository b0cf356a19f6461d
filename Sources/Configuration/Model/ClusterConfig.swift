public import Addressing

/// One entry of `clusters`: subclusters of interchangeable backends.
public struct ClusterConfig: Equatable, Sendable {
  /// What backends see as `Host`. JSON: `host`, `"keep"` (default), `"backend"` or an authority.
  public enum HostPolicy: Equatable, Sendable {
    case keep, backend
    case literal(String)
  }

  /// What backends speak. JSON: `protocol`.
  public enum BackendProtocol: String, CaseIterable, Sendable { case http1, http2 }

  /// The key in `clusters`.
  public var name = ""
  /// JSON: `subclusters`, an object of `{ "weight": 1, "backends": [...] }`, or `backends` alone
  /// for one subcluster named `default`.
  public var subclusters: [SubclusterConfig] = []
  /// How one of a subcluster's backends is chosen.
  public var balance = BalanceConfig()
  /// How a subcluster is chosen: in turn by weight, or by hash. JSON: `split`.
  public var split = BalanceConfig()
  /// Percent of a subcluster's backends, by weight, that must be usable for it to have all of its
  /// share; with fewer it passes on what they cannot bear. 0: only when none is. JSON:
  /// `spill_below`.
  public var spillBelow = 0
  /// The subcluster that has all requests as long as it can bear them, such as one in the same
  /// place.
  public var prefer: String?
  /// nil: a session's requests go to any backend.
  public var sticky: StickyConfig?
  public var host = HostPolicy.keep
  public var `protocol` = BackendProtocol.http1
  /// What counts when ``protocol`` is `.http2`. JSON: `http2`, an error beside `http1`.
  public var http2 = BackendHTTP2Config()
  /// nil: connections are not encrypted.
  public var tls: ClusterTLSConfig?
  public var timeouts = ClusterTimeouts()
  public var pool = PoolConfig()
  public var retries = RetryConfig()
  /// How the names of its backends are looked up.
  public var names = NamesConfig()
  public var ejection = EjectionConfig()
  /// nil: backends are not checked. JSON: `health`.
  public var health: HealthConfig?
  public var limits = LimitsConfig()
  /// Percent of the backends that have to be healthy and not ejected; when fewer are, all are used.
  /// 0...100; 0: never. JSON: `panic_threshold`.
  public var panicThreshold = 50
  /// How long a backend that is new or has come back takes to get its whole weight; 0: no time.
  /// JSON: `slow_start`.
  public var slowStart: Duration = .zero

  public init() {}
}

public struct SubclusterConfig: Equatable, Sendable {
  public var name = ""
  /// 0...10,000; 0 gets no traffic. Default 1.
  public var weight = 1
  /// 0 first: others get traffic only when those before cannot bear it all.
  public var priority = 0
  /// The status that its share is refused with, in place of backends; nil: it has backends.
  public var refuse: Int?
  public var backends: [BackendConfig] = []

  public init() {}
}

/// One entry of `backends`: `"10.0.0.1:8080"`, or an object with `address` and `weight`.
public struct BackendConfig: Equatable, Sendable {
  /// What an operator has decided about it. JSON: `state`.
  public enum State: String, CaseIterable, Sendable {
    /// In use.
    case up
    /// Finishes what it has, and what is bound to it by a sticky session; gets nothing new.
    case drain
    /// Gets nothing.
    case down
  }

  /// `.ip`, `.unix`, `.name` or `.service`.
  public var address: Endpoint
  /// 0...10,000; 0 gets no traffic. Default 1.
  public var weight = 1
  public var state = State.up
  /// Where the address stands, for what is found out about it later.
  public var location: SourceLocation

  public init(address: Endpoint, weight: Int = 1, location: SourceLocation = SourceLocation()) {
    self.address = address
    self.weight = weight
    self.location = location
  }
}

/// Deadlines on the backends' side. JSON: `timeouts`.
public struct ClusterTimeouts: Equatable, Sendable {
  /// To establish a connection. JSON: `connect`.
  public var connect: Duration = .seconds(2)
  /// From the request's end to the response's head: 504. JSON: `response_head`.
  public var responseHead: Duration = .seconds(60)
  /// Between two pieces of response content. JSON: `body_idle`.
  public var bodyIdle: Duration = .seconds(60)
  /// For the backend to take a piece of the request. JSON: `write_idle`.
  public var writeIdle: Duration = .seconds(30)
  /// To wait for a connection, or a stream of one, when the backend has as many as it may: 503.
  /// JSON: `queue`.
  public var queue: Duration = .seconds(1)
  /// The most that a client's `grpc-timeout` can ask for. JSON: `grpc_max`.
  public var grpcMax: Duration = .seconds(3600)
  /// For TLS to agree, once a connection is established. JSON: `tls_handshake`.
  public var tlsHandshake: Duration = .seconds(3)

  public init() {}
}

/// How connections to each backend are kept. JSON: `pool`.
public struct PoolConfig: Equatable, Sendable {
  /// Idle connections of HTTP/1.1 to each backend that each worker keeps. 0 turns reuse off. JSON:
  /// `max_idle`.
  public var maxIdle = 64
  /// JSON: `idle_timeout`.
  public var idleTimeout: Duration = .seconds(30)
  /// Age after which a connection is not reused; 0 never. JSON: `max_age`.
  public var maxAge: Duration = .seconds(3600)
  /// Open connections to each backend over all workers. JSON: `max_connections`, 1 or more.
  public var maxConnections = 1024
  /// Requests that may wait for a connection to each backend, or a stream of one, on each worker.
  /// JSON: `max_waiting`.
  public var maxWaiting = 1024

  public init() {}
}
