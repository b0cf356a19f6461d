import Synchronization

/// How a loop spends its time. Written by its thread, for anyone to read.
public final class LoopCounters: Sendable {
  private let turnCount = Atomic<UInt64>(0)
  private let busyTime = Atomic<UInt64>(0)
  private let jobCount = Atomic<UInt64>(0)
  private let longest = Atomic<UInt64>(0)

  public var turns: UInt64 { turnCount.load(ordering: .relaxed) }
  /// Microseconds outside of waiting.
  public var busy: UInt64 { busyTime.load(ordering: .relaxed) }
  /// Jobs that have run, in all turns.
  public var jobs: UInt64 { jobCount.load(ordering: .relaxed) }

  /// Microseconds of the longest turn since this was last asked for.
  public func takeLongest() -> UInt64 { longest.exchange(0, ordering: .relaxed) }

  /// Counts a turn that has ended. There is one writer, so loads and stores do.
  func count(microseconds: Int64, jobs: Int) {
    let time = UInt64(clamping: microseconds)
    Self.add(1, to: turnCount)
    Self.add(time, to: busyTime)
    Self.add(UInt64(clamping: jobs), to: jobCount)
    if time > longest.load(ordering: .relaxed) { longest.store(time, ordering: .relaxed) }
  }

  private static func add(_ amount: UInt64, to counter: borrowing Atomic<UInt64>) {
    counter.store(counter.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }
}
