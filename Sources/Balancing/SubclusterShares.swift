/// How much each subcluster gets of a cluster's requests, by weight, level and what it can bear.
struct SubclusterShares: Sendable {
  /// In parts of weight: 10,000 for each unit while all is well.
  static let unit = 10_000

  private let plans: [SubclusterPlan]
  /// Indices of `plans` by level, the first level first; those that refuse stand in none.
  private let levels: [[Int]]
  /// Percent of a subcluster's backends, by weight, below which it passes on what it cannot bear;
  /// 0: only when none is left.
  private let spillBelow: Int

  init(_ plans: [SubclusterPlan], spillBelow: Int) {
    self.plans = plans
    self.spillBelow = spillBelow
    let ordinary = plans.indices.filter { !plans[$0].refuses }
    levels = Set(ordinary.map { plans[$0].level }).sorted().map { level in
      ordinary.filter { plans[$0].level == level }
    }
  }

  /// The weights of all subclusters.
  ///
  /// - Parameter capacities: In parts of 10,000 of each subcluster's backends.
  func weights(capacities: [Int]) -> [Int] {
    var weights = plans.map { _ in 0 }
    // Shares of levels, in parts of what the first level has when all is well.
    let whole = levels.first.map(weight) ?? 0
    var left = 1.0
    for level in levels {
      let bearable = level.map { Double(plans[$0].weight) * borne(capacities[$0]) }
      let sum = bearable.reduce(0, +)
      guard sum > 0, left > 0 else { continue }
      let share = min(left, borne(of: level, capacities))
      left -= share
      // A level that stands in for those before it, all of weight 0, has its own measure.
      let scale = share * Double((whole > 0 ? whole : weight(of: level)) * Self.unit) / sum
      for (index, part) in zip(level, bearable) where part > 0 {
        weights[index] = max(1, Int((part * scale).rounded()))
      }
    }
    refuse(&weights, whole: whole)
    return weights
  }

  private func weight(of level: [Int]) -> Int { level.reduce(0) { $0 + plans[$1].weight } }

  /// The part of a subcluster's or level's share that it can bear.
  private func borne(_ capacity: Int) -> Double {
    if capacity == 0 || spillBelow == 0 { return capacity == 0 ? 0 : 1 }
    return min(1, Double(capacity) / Double(spillBelow * 100))
  }

  private func borne(of level: [Int], _ capacities: [Int]) -> Double {
    let weight = self.weight(of: level)
    let able = level.reduce(0) { $0 + plans[$1].weight * capacities[$1] }
    // Not rounded to nothing.
    return weight == 0 || able == 0 ? 0 : borne(max(1, able / weight))
  }

  /// Whoever refuses does so with its share of the whole, however the rest is divided.
  private func refuse(_ weights: inout [Int], whole: Int) {
    let served = weights.reduce(0, +)
    for (index, plan) in plans.enumerated() where plan.refuses {
      guard whole > 0 else { continue }
      weights[index] = Int((Double(plan.weight) * Double(served) / Double(whole)).rounded())
    }
  }
}

extension SubclusterPlan {
  var refuses: Bool { if case .refusal = members { true } else { false } }
}
