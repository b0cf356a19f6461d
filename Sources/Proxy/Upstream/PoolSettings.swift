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
  /// Requests that may wait for a connection on each worker.
  let maxWaiting: Int

  init(_ config: PoolConfig) {
    maxIdle = config.maxIdle
    idleTimeout = Interval(config.idleTimeout)
    maxAge = config.maxAge == .zero ? .infinite : Interval(config.maxAge)
    maxConnections = config.maxConnections
    maxWaiting = config.maxWaiting
  }
}
