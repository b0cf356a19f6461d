/// Which candidate a key belongs to: each gets its weight's share of all keys, and when weights
/// change only so many keys move as must (weighted rendezvous hashing).
///
/// The candidate with the smallest -log2(h) / weight, where h is a hash of key and candidate
/// between 0 and 1.
///
/// - Complexity: O(candidates), each a few nanoseconds; allocates nothing.
func weightedRendezvous(_ key: UInt64, _ identities: [UInt64], weights: [Int]) -> Int? {
  var best: Int?
  var least = Double.infinity
  for index in weights.indices where weights[index] > 0 {
    let cost =
      negativeLog2(of: mixed(key ^ mixed(identities[index]))) / Double(weights[index])
    if best == nil || cost < least { (best, least) = (index, cost) }
  }
  return best
}

/// -log2((hash + 1/2) / 2^64), to four digits.
private func negativeLog2(of hash: UInt64) -> Double {
  // 52 bits, so that one half can be added: never the logarithm of 0.
  let number = (Double(hash &>> 12) + 0.5) * 0x1p-52
  // log2(m) = 2/ln(2) · artanh((m - 1) / (m + 1)) for the mantissa m, by the first terms of the
  // series.
  let ratio = (number.significand - 1) / (number.significand + 1)
  let square = ratio * ratio
  let series = ratio * (1 + square * (1 / 3.0 + square * (1 / 5.0 + square / 7)))
  return -(Double(number.exponent) + 2.885_390_081_777_927 * series)
}
