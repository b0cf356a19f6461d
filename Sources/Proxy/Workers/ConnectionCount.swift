import Synchronization

/// Open connections of one worker, or of one listener, for all workers to see.
final class ConnectionCount: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }
  /// - Returns: How many there are with it.
  @discardableResult
  func add() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
  func subtract() { count.wrappingSubtract(1, ordering: .relaxed) }
}
