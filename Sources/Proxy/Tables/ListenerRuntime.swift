import Configuration
import EventLoop
import HTTP1

/// One listener as requests meet it.
final class ListenerRuntime {
  let name: String
  let logNames: LogNames
  let plan: ListenerPlan
  let headLimits: HeadLimits
  /// Requests on one connection, `Int.max` for no limit.
  let maxRequests: Int
  let abortsOnHalfClose: Bool
  let firstByteTimeout: Interval
  let selectTimeout: Interval
  let headTimeout: Interval
  let keepAliveTimeout: Interval
  let bodyIdleTimeout: Interval
  let writeIdleTimeout: Interval
  let maxAge: Interval
  /// How long a tunnel may carry nothing; nil where WebSocket is not spoken.
  let tunnelIdleTimeout: Interval?
  let minRate: RateLimit
  let forwarding: ForwardingConfig
  let addsServer: Bool
  let addsReason: Bool
  let logging: AccessLogFilter
  let via: ViaMember
  let http2: HTTP2Plan
  let maxConnections: Int
  /// Open connections over all workers.
  let load: ConnectionCount
  let counters: ListenerCounters

  /// nil: connections are served in clear.
  let encryption: ListenerEncryption?
  /// Fields, in lower case, that only we may send: what they say of clients must not be forged.
  let forbiddenFields: [[UInt8]]

  private let routes: [RouteRuntime]
  private let table: RouteTable

  init(
    _ config: ListenerConfig, routes: [RouteRuntime], table: RouteTable, load: ConnectionCount,
    counters: ListenerCounters? = nil, encryption: ListenerEncryption? = nil,
    forbiddenFields: [[UInt8]] = []
  ) {
    let http1 = config.http1 ?? HTTP1Config()
    name = config.name
    logNames = LogNames(config.name)
    plan = ListenerPlan(config)
    var limits = HeadLimits()
    limits.maxStartLine = http1.maxRequestLine
    limits.maxHead = http1.maxHead
    limits.maxFields = http1.maxFields
    switch http1.oddNames {
    case .drop: limits.oddNames = .drop
    case .keep: limits.oddNames = .keep
    case .reject: limits.oddNames = .reject
    }
    headLimits = limits
    maxRequests = http1.maxRequests == 0 ? .max : http1.maxRequests
    abortsOnHalfClose = http1.halfClose == .abort
    let timeouts = config.timeouts
    firstByteTimeout = Interval(timeouts.firstByte)
    selectTimeout = Interval(timeouts.select)
    headTimeout = Interval(timeouts.head)
    keepAliveTimeout = Interval(timeouts.keepAlive)
    bodyIdleTimeout = Interval(timeouts.bodyIdle)
    writeIdleTimeout = Interval(timeouts.writeIdle)
    maxAge = timeouts.maxAge == .zero ? .infinite : Interval(timeouts.maxAge)
    tunnelIdleTimeout = config.websocket.map { Interval($0.idleTimeout) }
    minRate = RateLimit(octetsPerSecond: config.minRate)
    forwarding = config.forwarding
    addsServer = config.serverField
    addsReason = config.reasonField
    logging = AccessLogFilter(config.accessLog)
    via = ViaMember(pseudonym: config.forwarding.via)
    http2 = HTTP2Plan(config)
    maxConnections = config.maxConnections == 0 ? .max : config.maxConnections
    self.load = load
    self.counters = counters ?? ListenerCounters(HistogramBounds(MetricsConfig()))
    self.encryption = encryption
    self.forbiddenFields = forbiddenFields
    self.routes = routes
    self.table = table
  }

  /// The route of a request for `host` and the normalised `path`.
  func route(host: Span<UInt8>, path: Span<UInt8>) -> RouteRuntime? {
    table.lookup(host: host, path: path).map { routes[$0] }
  }
}
