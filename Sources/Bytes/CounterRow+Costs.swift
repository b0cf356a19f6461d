extension CounterRow {
  /// What decides which of the counters is the least: value × factor + offset of each.
  public struct Costs: Sendable {
    private(set) var factors: [Pair]
    private(set) var offsets: [Pair]
    /// Not a constant, so that the optimiser has to add it: sums of `Double`s it compares as such,
    /// by one instruction for two, and takes five for what is a `Double` in name only.
    private(set) var zero = 0.0

    typealias Pair = SIMD2<UInt64>

    /// Where offsets begin. From there to ``never`` bits are in the order of the `Double`s that
    /// they mean, and of those only can SSE2 find the lesser.
    public static let first: UInt64 = 1 << 62
    /// An offset beyond all costs that come about.
    public static let never: UInt64 = 0x7FE << 52

    /// Those of counters that are never the least.
    public init(count: Int) {
      let pairs = CounterRow.blocks(for: count) * CounterRow.blockCount / 2
      factors = Array(repeating: .zero, count: pairs)
      offsets = Array(repeating: Pair(repeating: Self.never), count: pairs)
    }

    /// Sets what one counter costs.
    public mutating func set(_ index: Int, factor: UInt32, offset: UInt64) {
      Self.set(&factors[index / 2], index % 2, UInt64(factor))
      setOffset(offset, of: index)
    }

    public mutating func setOffset(_ offset: UInt64, of index: Int) {
      Self.set(&offsets[index / 2], index % 2, offset)
    }

    // Not by a subscript with a variable: that goes through memory.
    private static func set(_ pair: inout Pair, _ lane: Int, _ value: UInt64) {
      if lane == 0 { pair.x = value } else { pair.y = value }
    }
  }
}
