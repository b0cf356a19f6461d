public import EventLoop

/// One core's share of the proxy: an actor whose executor is its own event loop.
///
/// Everything it touches lives on that loop, so nothing needs a lock.
public actor Worker {
  public nonisolated let index: Int
  public nonisolated let loop = EventLoop()
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let onEvent: @Sendable (ProxyEvent) -> Void

  init(index: Int, onEvent: @escaping @Sendable (ProxyEvent) -> Void) {
    self.index = index
    self.onEvent = onEvent
  }

  /// Returns when the worker has come to it: a sign that its loop turns.
  public func ping() {}
}
