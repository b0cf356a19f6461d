/// Draws candidates in proportion to their weights, in constant time (Vose's alias method).
struct Lottery: Sendable {
  /// One for each candidate: the chance in 2^32 that a draw of it stays with it, and who has the
  /// rest.
  private var columns: [(chance: UInt32, other: UInt32)] = []

  /// - Complexity: O(candidates).
  mutating func fill(weights: [Int], total: Int) {
    columns.removeAll(keepingCapacity: true)
    guard total > 0 else { return }
    let average = Double(total) / Double(weights.count)
    var shares = weights.map { Double($0) / average }
    var (poor, rich): ([Int], [Int]) = ([], [])
    for index in weights.indices {
      columns.append((.max, UInt32(truncatingIfNeeded: index)))
      if shares[index] < 1 { poor.append(index) } else { rich.append(index) }
    }
    // Each poor candidate's column is filled up by a rich one, which may become poor by that.
    while let needy = poor.popLast() {
      guard let giver = rich.last else { break }
      columns[needy] = (
        UInt32(shares[needy] * 0x1p32), UInt32(truncatingIfNeeded: giver)
      )
      shares[giver] -= 1 - shares[needy]
      if shares[giver] < 1 {
        rich.removeLast()
        poor.append(giver)
      }
    }
  }

  /// - Precondition: The weights that it was filled with are not all 0.
  @inline(__always)
  func draw(_ random: UInt64) -> Int {
    let index = Int(truncatingIfNeeded: random.multipliedFullWidth(by: UInt64(columns.count)).high)
    let column = columns[index]
    // The low half has nothing to do with the column for less than 2^32 of them.
    return UInt32(truncatingIfNeeded: random) < column.chance
      ? index : Int(truncatingIfNeeded: column.other)
  }
}
