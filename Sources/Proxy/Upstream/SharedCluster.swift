import Bytes
import Synchronization

/// What all workers know of one cluster as a whole.
final class SharedCluster: Sendable {
  private let changes = Atomic<UInt64>(1)

  /// How often what its backends are good for has changed. A worker looks at them all when this, or
  /// the time until which it knows, has moved on.
  var changeCount: UInt64 { changes.load(ordering: .acquiring) }

  /// What one of its backends is good for has changed.
  func changed() { changes.wrappingAdd(1, ordering: .releasing) }
}
