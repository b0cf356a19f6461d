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
  let action: Action
  /// Octets; `UInt64.max` for no limit.
  let maxBody: UInt64
  let totalTimeout: Interval
  /// nil: the cluster's.
  let responseHeadTimeout: Interval?
  let isLogged: Bool

  init(_ config: RouteConfig, clusters: [ClusterRuntime]) {
    name = config.name
    action =
      switch config.action {
      case .forward(let cluster): .forward(clusters[cluster])
      case .redirect(let redirect): .redirect(redirect)
      case .respond(let response): .respond(response)
      }
    maxBody = config.maxBody ?? .max
    totalTimeout = config.totalTimeout.map { Interval($0) } ?? .infinite
    responseHeadTimeout = config.responseHeadTimeout.map { Interval($0) }
    isLogged = config.accessLog
  }
}
