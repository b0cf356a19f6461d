/// What the weights of a service's records (RFC 2782), 0 to 65535, are as weights of backends,
/// which are 1 or more: as small as they can be in the same proportion, and 100 at most.
///
/// A 0 means a very small chance beside others: a tenth at most of what they get. Beside other
/// zeros it means that all are equal.
func backendWeights(of weights: [UInt16]) -> [Int] {
  let positive = weights.filter { $0 > 0 }.map(Int.init)
  guard let most = positive.max() else { return weights.map { _ in 1 } }
  let divisor = positive.reduce(0, greatestCommonDivisor)
  let factor = positive.count < weights.count ? 10 : 1
  let largest = most / divisor * factor
  return weights.map { weight in
    let share = Int(weight) / divisor * factor
    let scaled = largest > 100 ? (share * 100 + largest / 2) / largest : share
    return max(1, scaled)
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
