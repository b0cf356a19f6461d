import Synchronization

/// Open connections of one worker, or of one listener, for all workers to see.
final class ConnectionCount: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }
  func add() { count.wrappingAdd(1, ordering: .relaxed) }
  func subtract() { count.wrappingSubtract(1, ordering: .relaxed) }
}
