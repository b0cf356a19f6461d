import Configuration
import EventLoop

/// One route as requests meet it.
final class RouteRuntime {
  enum Action {
    case forward(ClusterRuntime)
    case redirect(RedirectConfig)
    case respond(FixedResponseConfig)
  }

  let name: String
  let logNames: LogNames
  let action: Action
  /// Where it forwards to; nil: nowhere. By itself, since a copy of the action costs more.
  let cluster: ClusterRuntime?
  /// Octets; `UInt64.max` for no limit.
  let maxBody: UInt64
  let totalTimeout: Interval
  /// nil: the cluster's.
  let responseHeadTimeout: Interval?
  /// Whether a request may become a tunnel for WebSocket, and how long that may carry nothing; nil:
  /// the listener's.
  let allowsWebSocket: Bool
  let tunnelIdleTimeout: Interval?
  /// nil: the listener's.
  let logging: AccessLogFilter?
  let counters: RouteCounters
  /// nil: as everywhere.
  let traceSample: UInt64?
  let grpc: RouteConfig.GRPC
  /// nil: the cluster's.
  let grpcMaxTimeout: Interval?
  /// nil: the cluster's.
  let retries: RetryPlan?

  init(_ config: RouteConfig, clusters: [ClusterRuntime], counters: RouteCounters? = nil) {
    self.counters = counters ?? RouteCounters()
    name = config.name
    logNames = LogNames(config.name)
    action =
      switch config.action {
      case .forward(let cluster): .forward(clusters[cluster])
      case .redirect(let redirect): .redirect(redirect)
      case .respond(let response): .respond(response)
      }
    cluster = if case .forward(let cluster) = action { cluster } else { nil }
    maxBody = config.maxBody ?? .max
    totalTimeout = config.totalTimeout.map { Interval($0) } ?? .infinite
    responseHeadTimeout = config.responseHeadTimeout.map { Interval($0) }
    // An upgrade takes a backend that speaks HTTP/1.1.
    allowsWebSocket =
      if case .forward(let cluster) = action {
        config.upgrades.contains(.websocket) && cluster.backendProtocol == .http1
      } else {
        false
      }
    tunnelIdleTimeout = config.tunnelIdleTimeout.map { Interval($0) }
    grpc = config.grpc
    grpcMaxTimeout = config.grpcMaxTimeout.map { Interval($0) }
    retries = config.retries.map { RetryPlan($0) }
    traceSample = config.traceSample.map { UInt64(clamping: $0) }
    logging = config.accessLog.map { AccessLogFilter($0) }
  }
}
