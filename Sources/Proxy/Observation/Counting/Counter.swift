import Synchronization

/// A number that one worker changes and anyone may read.
///
/// A plain load and a plain store: there is one writer, so nothing is lost, and no cache line is
/// fought for, since what one worker counts lies apart from what others do.
struct Counter: ~Copyable, Sendable {
  private let number = Atomic<UInt64>(0)

  var value: UInt64 { number.load(ordering: .relaxed) }

  func add(_ amount: UInt64 = 1) {
    number.store(number.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }

  /// For what goes down again.
  func set(_ value: Int) { number.store(UInt64(clamping: value), ordering: .relaxed) }
}
