public import EventLoop

/// All workers, as the control loop sees them.
public final class WorkerGroup: Sendable {
  public let workers: [Worker]

  /// - Parameters:
  ///   - count: Workers to make; each has a loop of its own, which is not running yet.
  ///   - onEvent: Called on a worker's thread; must not block.
  public init(count: Int, onEvent: @escaping @Sendable (ProxyEvent) -> Void) {
    workers = (0..<count).map { Worker(index: $0, onEvent: onEvent) }
  }

  /// Starts the workers' threads.
  ///
  /// - Returns: Whether all could be started.
  public func start() -> Bool {
    workers.allSatisfy { $0.loop.startThread(name: "worker-\($0.index)") }
  }

  /// Makes `configuration` the one that new requests meet, on every worker. Returns when all have
  /// acknowledged.
  public func adopt(_ configuration: ResolvedConfiguration) async {
  }

  /// Begins to accept on `listeners`, on every worker.
  public func open(_ listeners: [OpenListener]) async {
  }

  /// Stops accepting on listeners and lets their connections end, at the latest at `deadline`.
  /// Returns at once.
  public func close(_ listeners: [OpenListener], by deadline: Instant) async {
  }

  /// Stops accepting everywhere, closes idle connections, lets exchanges end with
  /// `Connection: close`, and returns when all are gone or `deadline` has passed (then the rest is cut).
  ///
  /// - Returns: Connections that had to be cut.
  public func drain(by deadline: Instant) async -> Int { 0 }

  /// Ends every connection now.
  public func cutAll() async {
  }

  /// Sum of what the workers counted.
  public func statistics() async -> WorkerStatistics { WorkerStatistics() }
}
