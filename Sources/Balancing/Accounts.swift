/// What the candidates of a round robin have and earn, in blocks that are dealt with at once.
///
/// Whole numbers far below 2^53, which `Double` holds exactly: of two pairs of those, and not of
/// integers, baseline x86-64 finds the greater by one instruction.
struct Accounts: Sendable {
  /// Of a candidate that takes no part, and behind the last one, far below every other.
  private var balances: [Block]
  private var earnings: [Block]

  private typealias Block = SIMD8<Double>
  private static let away = -0x1p62

  /// Of candidates none of which takes part.
  init(count: Int) {
    let blocks = (count + Block.scalarCount - 1) / Block.scalarCount
    balances = Array(repeating: Block(repeating: Self.away), count: blocks)
    earnings = Array(repeating: .zero, count: blocks)
  }

  /// The balance of a candidate that takes part.
  subscript(candidate: Int) -> Int {
    Int(balances[candidate / Block.scalarCount][candidate % Block.scalarCount])
  }

  mutating func open(_ candidate: Int, balance: Int, earning: Int) {
    set(candidate, balance: Double(balance), earning: Double(earning))
  }

  mutating func close(_ candidate: Int) { set(candidate, balance: Self.away, earning: 0) }

  private mutating func set(_ candidate: Int, balance: Double, earning: Double) {
    let (block, lane) = (candidate / Block.scalarCount, candidate % Block.scalarCount)
    balances[block][lane] = balance
    earnings[block][lane] = earning
  }

  /// All earn; who has most then, the first of those, pays `price`.
  ///
  /// - Precondition: There is one who takes part.
  mutating func payDay(_ price: Int) -> Int {
    let (block, most) = Self.earn(earnings, &balances)
    var balances = self.balances.mutableSpan
    let values = balances[block]
    // No branches, which nobody could foretell, and no subscript with a variable, which goes
    // through memory: when the block is read next, what is on its way there is waited for.
    let lanes = Block(0, 1, 2, 3, 4, 5, 6, 7)
    let candidates = -Block(repeating: 8).replacing(with: lanes, where: values .== most)
    let lane = -Self.greatest(of: candidates)
    balances[block] = values.replacing(with: most - Double(price), where: lanes .== lane)
    return block &* Block.scalarCount &+ Int(lane)
  }

  private static func earn(
    _ earnings: [Block], _ balances: inout [Block]
  ) -> (block: Int, balance: Double) {
    var balances = balances.mutableSpan
    let earnings = earnings.span
    precondition(earnings.count == balances.count)
    var (best, most) = (0, -Double.infinity)
    for index in earnings.indices {
      let block = balances[index] + earnings[index]
      balances[index] = block
      let greatest = greatest(of: block)
      if greatest > most { (best, most) = (index, greatest) }
    }
    return (best, most)
  }

  @inline(__always)
  private static func greatest(of block: Block) -> Double {
    let (low, high) = (block.lowHalf, block.highHalf)
    let pair = greater(
      greater(low.lowHalf, low.highHalf), greater(high.lowHalf, high.highHalf))
    return pair.y > pair.x ? pair.y : pair.x
  }

  @inline(__always)
  private static func greater(_ one: SIMD2<Double>, _ other: SIMD2<Double>) -> SIMD2<Double> {
    one.replacing(with: other, where: other .> one)
  }
}
