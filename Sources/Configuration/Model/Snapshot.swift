/// One whole configuration: read, cross-checked, frozen.
public struct Snapshot: Sendable {
  /// What only a restart can change.
  public var startup = StartupConfig()
  /// What a reload changes.
  public var routing = RoutingConfig()
  /// Every file that was read, in the order of reading; the first is the one that was named.
  public var files: [String] = []
  /// FNV-1a over the octets of all files: two snapshots with the same hash say the same.
  public var contentHash: UInt64 = 0

  public init() {}
}

/// The part of the configuration that takes a restart to change.
public struct StartupConfig: Equatable, Sendable {
  /// Worker threads. JSON: `workers`. Default: nil, one per core.
  public var workers: Int?
  /// The unix socket on which `portico reload` speaks to the daemon. JSON: `control_socket`.
  /// Default: nil, `$RUNTIME_DIRECTORY/control.sock` (systemd), else `/run/portico/control.sock`
  /// for root, else `$XDG_RUNTIME_DIR/portico/control.sock`, else `/tmp/portico-UID/control.sock`.
  public var controlSocket: String?
  /// JSON: `admin`.
  public var admin = AdminConfig()

  public init() {}
}

/// The part of the configuration that a reload swaps as a whole.
public struct RoutingConfig: Sendable {
  public var listeners: [ListenerConfig] = []
  /// In the order of the files, which breaks ties between routes.
  public var routes: [RouteConfig] = []
  public var clusters: [ClusterConfig] = []
  public var logging = LoggingConfig()
  public var metrics = MetricsConfig()
  public var resolver = ResolverConfig()
  public var tracing = TracingConfig()
  /// Open client connections over all workers; beyond it, accepting pauses. JSON:
  /// `max_connections`. Default: nil, (descriptor limit - 256) / 2.
  public var maxConnections: Int?
  /// Time between the wish to stop and the end of accepting. JSON: `shutdown_delay`.
  public var shutdownDelay: Duration = .zero
  /// Time that exchanges in flight have to end when the daemon or a listener stops. JSON:
  /// `drain_timeout`.
  public var drainTimeout: Duration = .seconds(30)

  public init() {}
}
