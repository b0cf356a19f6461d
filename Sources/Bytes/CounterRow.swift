public import Synchronization

/// Some counters in an order of their own, to be read in a row.
///
/// `@unchecked Sendable`: the pointers never change, lead to atomics, and `owners` keeps those
/// alive.
@safe public struct CounterRow: @unchecked Sendable {
  @usableFromInline typealias Pointer = UnsafeMutablePointer<Atomic<Int>>

  /// Sound: into memory of `owners`. Filled up with repetitions to whole blocks.
  @usableFromInline let pointers: [Pointer]
  /// Where each block begins whose counters lie side by side; nil: they do not.
  private let blocks: [Pointer?]
  private let owners: [SharedCounters]
  public let count: Int

  /// So many counters are looked at together.
  static let blockCount = 8
  /// Up to so many are quicker looked at one by one.
  private static let fewCount = 24

  public init(_ counters: [SharedCounter]) {
    count = counters.count
    let blocks = Self.blocks(for: count)
    let padded = (0..<blocks * Self.blockCount).map { counters[$0 < counters.count ? $0 : 0] }
    unsafe pointers = padded.map { unsafe $0.pointer }
    unsafe self.blocks = (0..<blocks).map { unsafe Self.start(of: $0, counters) }
    var owners: [ObjectIdentifier: SharedCounters] = [:]
    for counter in counters { owners[ObjectIdentifier(counter.owner)] = counter.owner }
    self.owners = Array(owners.values)
  }

  private static func start(of block: Int, _ counters: [SharedCounter]) -> Pointer? {
    let members = counters.dropFirst(block * blockCount).prefix(blockCount)
    guard let first = members.first, first.owner.isDense else { return nil }
    let isTogether = members.enumerated().allSatisfy { index, member in
      unsafe member.pointer == first.pointer + index && member.owner === first.owner
    }
    // Sound: behind the last counter of an owner is memory for the rest of a block.
    return isTogether ? unsafe first.pointer : nil
  }

  static func blocks(for count: Int) -> Int { (count + blockCount - 1) / blockCount }

  @inlinable
  public subscript(index: Int) -> Int {
    unsafe pointers[index].pointee.load(ordering: .relaxed)
  }
}

// MARK: The least

extension CounterRow {
  /// The first of those that cost least, or nil if all cost ``Costs/never``.
  ///
  /// Values are taken for unsigned numbers of 32 bits. Others may change them meanwhile.
  ///
  /// - Complexity: O(counters); allocates nothing.
  public func least(by costs: borrowing Costs) -> Int? {
    let (factors, offsets) = (costs.factors.span, costs.offsets.span)
    let pairs = unsafe pairsOfBlock * blocks.count
    precondition(factors.count == pairs && offsets.count == pairs)
    var looked = 0..<count
    if count > Self.fewCount {
      let start = leastBlock(factors, offsets, costs.zero)
      looked = start..<min(start &+ Self.blockCount, count)
    }
    // Of a block read again: whoever is the least of them now is at least as good an answer.
    var (best, least) = (0, Costs.never)
    for index in looked {
      // Sound: there is a pair for every two counters.
      let (factor, offset) = unsafe (
        factors[unchecked: index &>> 1], offsets[unchecked: index &>> 1]
      )
      let isEven = index & 1 == 0
      let value = UInt64(UInt32(truncatingIfNeeded: self[index]))
      let cost = value &* (isEven ? factor.x : factor.y) &+ (isEven ? offset.x : offset.y)
      if cost < least { (best, least) = (index, cost) }
    }
    return least < Costs.never ? best : nil
  }

  /// Where the block begins in which is the least.
  private func leastBlock(
    _ factors: Span<Costs.Pair>, _ offsets: Span<Costs.Pair>, _ zero: Double
  ) -> Int {
    let zero = SIMD2(repeating: zero)
    let bases = unsafe blocks.span
    var (best, least) = (0, Double.infinity)
    for block in unsafe bases.indices {
      let pair = pairsOfBlock &* block
      let cost: SIMD2<Double>
      if let base = unsafe bases[block] {
        cost = Self.least(factors, offsets, pair, zero) {
          unsafe base[$0].load(ordering: .relaxed)
        }
      } else {
        cost = Self.least(factors, offsets, pair, zero) { self[2 &* pair &+ $0] }
      }
      let lesser = cost.y < cost.x ? cost.y : cost.x
      if lesser < least { (best, least) = (Self.blockCount &* block, lesser) }
    }
    return best
  }

  /// The least cost of a block: that of its counters with even and with odd indices.
  @inline(__always)
  private static func least(
    _ factors: Span<Costs.Pair>, _ offsets: Span<Costs.Pair>, _ first: Int, _ zero: SIMD2<Double>,
    _ value: (Int) -> Int
  ) -> SIMD2<Double> {
    func costs(_ pair: Int) -> SIMD2<Double> {
      let values = Costs.Pair(
        UInt64(truncatingIfNeeded: value(2 * pair)), UInt64(truncatingIfNeeded: value(2 * pair + 1))
      )
      // Sound: `least(by:)` has looked that there are pairs for all blocks.
      let (factor, offset) = unsafe (
        factors[unchecked: first &+ pair], offsets[unchecked: first &+ pair]
      )
      // Said of both, so that the product is one of 32 bits by 32: the only one that SSE2 has.
      let half = Costs.Pair(repeating: 0xFFFF_FFFF)
      let costs = (values & half) &* (factor & half) &+ offset
      // Sound: both are twice 64 bits, of which all patterns are valid.
      return unsafe unsafeBitCast(costs, to: SIMD2<Double>.self) + zero
    }
    return lesser(lesser(costs(0), costs(1)), lesser(costs(2), costs(3)))
  }

  @inline(__always)
  private static func lesser(_ one: SIMD2<Double>, _ other: SIMD2<Double>) -> SIMD2<Double> {
    one.replacing(with: other, where: other .< one)
  }
}

private let pairsOfBlock = CounterRow.blockCount / 2
