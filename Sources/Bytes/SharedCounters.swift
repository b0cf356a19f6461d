public import Synchronization

/// Numbers that all threads count up and down and read without locks, in one piece of memory.
///
/// A few have a cache line each, so that threads that count different ones do not slow each other
/// down; many lie side by side, so that they are read quickly in a row.
///
/// `@unchecked Sendable`: `Atomic` may be used by any thread, and the memory lives for as long as
/// the object, which every ``SharedCounter`` keeps alive.
@safe public final class SharedCounters: @unchecked Sendable {
  fileprivate let memory: UnsafeMutableRawPointer
  private let stride: Int
  public let count: Int
  /// Whether they lie side by side.
  var isDense: Bool { stride == MemoryLayout<Atomic<Int>>.stride }

  private static let cacheLine = 64
  private static let paddedCount = 64

  /// Counters that stand at 0.
  public init(count: Int) {
    self.count = count
    stride =
      count <= Self.paddedCount ? Self.cacheLine : MemoryLayout<Atomic<Int>>.stride
    // Those behind the last are for who reads whole blocks (`CounterRow`).
    let allocated = count + CounterRow.blockCount
    unsafe memory = .allocate(byteCount: allocated * stride, alignment: Self.cacheLine)
    for index in 0..<allocated { unsafe pointer(to: index).initialize(to: Atomic(0)) }
  }

  deinit { unsafe memory.deallocate() }

  /// One of them.
  public subscript(index: Int) -> SharedCounter {
    precondition(index >= 0 && index < count, "no such counter")
    return unsafe SharedCounter(owner: self, pointer: pointer(to: index))
  }

  private func pointer(to index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    unsafe (memory + index * stride).assumingMemoryBound(to: Atomic<Int>.self)
  }
}

/// One of ``SharedCounters``.
///
/// `@unchecked Sendable`: the pointer leads to an `Atomic`, which `owner` keeps alive.
@safe public struct SharedCounter: @unchecked Sendable {
  @usableFromInline let owner: SharedCounters
  /// Sound: into memory of `owner`.
  @usableFromInline let pointer: UnsafeMutablePointer<Atomic<Int>>

  fileprivate init(owner: SharedCounters, pointer: UnsafeMutablePointer<Atomic<Int>>) {
    self.owner = owner
    unsafe self.pointer = unsafe pointer
  }

  /// What it stands at; another thread may be about to change it.
  @inlinable
  public var value: Int { unsafe pointer.pointee.load(ordering: .relaxed) }

  /// - Returns: What it stands at after.
  @inlinable
  @discardableResult
  public func add(_ number: Int) -> Int {
    unsafe pointer.pointee.wrappingAdd(number, ordering: .relaxed).newValue
  }

  /// Adds one, unless that makes more than `limit`: then nobody sees it even for a moment.
  ///
  /// - Returns: Whether it was added.
  public func addOne(upTo limit: Int) -> Bool {
    var before = value
    while before < limit {
      let (isDone, now) = unsafe pointer.pointee.weakCompareExchange(
        expected: before, desired: before &+ 1, ordering: .relaxed)
      if isDone { return true }
      before = now
    }
    return false
  }
}
