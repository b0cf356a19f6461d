/// One step of smooth weighted round robin over `candidates`: who is served next.
///
/// Every eligible candidate earns its weight, the one with the most is picked (ties go to the
/// first) and pays what all of them have earned. So the sum of `balances` never changes, each
/// candidate's balance is what it is owed, and over as many picks as the weights add up to, each
/// is picked exactly as often as its weight says.
///
/// Who is not eligible neither earns nor pays: while it is away the others share by their
/// weights, and when it returns it goes on where it stopped, without a burst to make up.
///
/// `isEligible` is asked at most once for each candidate, and never for one of weight 0.
///
/// - Complexity: O(candidates); allocates nothing.
@inlinable
func smoothPick(
  among candidates: Range<Int>, weights: [Int], balances: inout [Int],
  isEligible: (Int) -> Bool
) -> Int? {
  var best: Int?
  var most = Int.min
  var earned = 0
  for index in candidates {
    let weight = weights[index]
    if weight == 0 || !isEligible(index) { continue }
    let balance = balances[index] &+ weight
    balances[index] = balance
    earned &+= weight
    if balance > most || best == nil { (best, most) = (index, balance) }
  }
  if let best { balances[best] = most &- earned }
  return best
}

/// Carries the balances of the candidates that stay over to those that replace them.
///
/// Only differences between balances decide who is next, so a common shift keeps the sequence. The
/// balances are shifted to an average of 0, where newcomers begin; else one that arrives among
/// debtors would be flooded. They are cut to one cycle (`weights` added up), so that a candidate
/// whose weight fell from 10,000 to 1 does not pay the old debt for 10,000 picks.
func adoptedBalances(
  from old: [Int], weights: [Int], mapping: (Int) -> Int?
) -> [Int] {
  let kept = weights.indices.map { index in
    mapping(index).flatMap { old.indices.contains($0) ? old[$0] : nil }
  }
  let known = kept.compactMap(\.self)
  if known.isEmpty { return weights.map { _ in 0 } }
  let average = known.reduce(0, &+) / known.count
  let cycle = weights.reduce(0, &+)
  return kept.map { balance in
    balance.map { max(-cycle, min(cycle, $0 &- average)) } ?? 0
  }
}
