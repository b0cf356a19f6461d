import Configuration
import EventLoop

/// How connections to a backend are kept.
struct PoolSettings {
  /// Idle connections kept on each worker.
  let maxIdle: Int
  let idleTimeout: Interval
  /// Age after which a connection is not reused.
  let maxAge: Interval
  /// Open connections over all workers.
  let maxConnections: Int
  /// The same of all backends of the cluster together.
  let maxOfCluster: Int
  /// Requests that may wait for a connection on each worker.
  let maxWaiting: Int
  /// How long the backend may take nothing of what is written.
  let writeIdleTimeout: Interval

  init(
    _ config: PoolConfig, limits: LimitsConfig = LimitsConfig(),
    timeouts: ClusterTimeouts = ClusterTimeouts()
  ) {
    maxIdle = config.maxIdle
    idleTimeout = Interval(config.idleTimeout)
    maxAge = config.maxAge == .zero ? .infinite : Interval(config.maxAge)
    maxConnections = config.maxConnections
    maxOfCluster = limits.connections == 0 ? .max : limits.connections
    maxWaiting = config.maxWaiting
    writeIdleTimeout = Interval(timeouts.writeIdle)
  }
}
