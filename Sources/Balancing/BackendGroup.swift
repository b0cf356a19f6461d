import Bytes

/// The backends of one subcluster, and all that their choice by any policy takes.
struct BackendGroup: Sendable {
  /// As configured.
  let weights: [Int]
  /// Requests in flight over all workers.
  let inFlight: CounterRow
  /// The same for all backends together.
  let totalInFlight: SharedCounter?
  private let policy: BalancePolicy
  private let ring: HashRing

  /// Its weights are those that count at the moment: the configured ones times percent.
  private(set) var turns: SmoothWeightedRoundRobin
  private var lottery = Lottery()
  private var times: ResponseTimes
  private var least: LeastRequests

  init(
    _ backends: [BackendPlan], totalInFlight: SharedCounter?, policy: BalancePolicy,
    startingAt: Int
  ) {
    weights = backends.map(\.weight)
    inFlight = CounterRow(backends.map(\.inFlight))
    self.totalInFlight = totalInFlight
    self.policy = policy
    var members: [(identity: UInt64, weight: Int)] = []
    if case .hash = policy { members = backends.map { ($0.identity, $0.weight) } }
    ring = HashRing(members)
    turns = SmoothWeightedRoundRobin(weights: weights.map { $0 * 100 }, startingAt: startingAt)
    times = ResponseTimes(count: policy == .peakEWMA ? weights.count : 0)
    least = LeastRequests(count: policy == .leastRequests ? weights.count : 0)
    tellPolicy()
  }

  /// Parts in 10,000 of what the backends could do if all were usable.
  var capacity: Int {
    let all = weights.reduce(0, &+)
    return all == 0 ? 0 : turns.total * 100 / all
  }

  mutating func update(_ availability: ArraySlice<BackendAvailability>) {
    for (index, state) in availability.enumerated() {
      turns[weightOf: index] = weights[index] * state.percent
    }
    tellPolicy()
  }

  /// Gives a backend another weight for a single choice.
  ///
  /// - Returns: The one that it had.
  mutating func replaceWeight(of backend: Int, by weight: Int) -> Int {
    let before = turns[weightOf: backend]
    turns[weightOf: backend] = weight
    if policy == .leastRequests { least.setWeight(weight, of: backend) }
    return before
  }

  private mutating func tellPolicy() {
    switch policy {
    case .weightedRoundRobin, .hash: break
    case .leastRequests: least.setWeights(turns.weights)
    case .twoChoices, .peakEWMA: lottery.fill(weights: turns.weights, total: turns.total)
    }
  }

  mutating func adopt(from old: BackendGroup, mapping: (Int) -> Int?) {
    turns.adopt(from: old.turns, mapping: mapping)
    times.adopt(from: old.times, mapping: mapping)
  }

  /// Counts an answer that took so many microseconds.
  mutating func answered(_ backend: Int, in microseconds: Double, at now: UInt64) {
    if policy == .peakEWMA { times.add(microseconds, of: backend, at: now) }
  }

  /// The backend of the next request, or nil if none has a weight.
  mutating func pick(_ query: BalanceQuery, _ random: inout RandomSource) -> Int? {
    switch policy {
    case .weightedRoundRobin: return turns.pick()
    case .leastRequests: return least.pick(inFlight)
    case .twoChoices: return pickOfTwo(&random) { load, _ in load }
    case .peakEWMA:
      let times = self.times
      return pickOfTwo(&random) { load, backend in
        times.estimate(of: backend, load: load, at: query.now)
      }
    case .hash(let bound):
      guard let key = query.backendKey else { return turns.pick() }
      return pick(by: key, bound)
    }
  }
}

// MARK: Of two

extension BackendGroup {
  /// Draws two backends by weight, and takes the one with the lower cost; among equals the one that
  /// was drawn first.
  ///
  /// - Parameter cost: Of a backend with so many requests in flight for the average weight.
  @inline(__always)
  private mutating func pickOfTwo(
    _ random: inout RandomSource, cost: (_ load: Double, _ backend: Int) -> Double
  ) -> Int? {
    guard turns.total > 0 else { return nil }
    if turns.count == 1 { return 0 }
    let average = Double(turns.total) / Double(turns.count)
    func load(_ backend: Int) -> Double {
      Double(inFlight[backend]) * average / Double(max(1, turns.weights[backend]))
    }
    let first = draw(&random, but: -1)
    let second = draw(&random, but: first)
    return cost(load(first), first) <= cost(load(second), second) ? first : second
  }

  /// A backend with a weight, drawn by weight, and another one than `taken` if there is one.
  ///
  /// - Precondition: One has a weight.
  @inline(__always)
  private func draw(_ random: inout RandomSource, but taken: Int) -> Int {
    var drawn = 0
    for _ in 0..<8 {
      drawn = lottery.draw(random.next())
      if drawn != taken, turns.weights[drawn] > 0 { return drawn }
    }
    return next(after: drawn, but: taken)
  }

  private func next(after start: Int, but taken: Int) -> Int {
    let count = turns.weights.count
    for step in 1...count {
      let index = (start + step) % count
      if index != taken, turns.weights[index] > 0 { return index }
    }
    return taken
  }
}

// MARK: By hash

extension BackendGroup {
  private func pick(by key: UInt64, _ bound: LoadBound) -> Int? {
    guard turns.total > 0 else { return nil }
    let mostForWeight = self.mostForWeight(bound)
    func isAcceptable(_ backend: Int) -> Bool {
      let weight = turns.weights[backend]
      guard weight > 0 else { return false }
      let load = inFlight[backend]
      return load < bound.floor || Double(load) < mostForWeight * Double(weight)
    }
    if let member = ring.member(for: key, where: isAcceptable) { return member }
    // Half of the ring may be down, or one whose weight is a hundred times that of the others.
    if let member = heaviest(for: key, where: isAcceptable) { return member }
    return heaviest(for: key) { turns.weights[$0] > 0 }
  }

  /// Requests in flight for each unit of weight from which on a backend has its share.
  private func mostForWeight(_ bound: LoadBound) -> Double {
    guard bound != .none, let totalInFlight else { return .infinity }
    let most = Double(totalInFlight.value + 1) * Double(bound.percent) / 100
    return most / Double(turns.total)
  }

  /// Who has the highest hash with `key` (rendezvous hashing).
  private func heaviest(for key: UInt64, where isAcceptable: (Int) -> Bool) -> Int? {
    var best: Int?
    var most: UInt64 = 0
    for index in turns.weights.indices where isAcceptable(index) {
      let hash = mixed(key ^ mixed(ring.identities[index]))
      if best == nil || hash > most { (best, most) = (index, hash) }
    }
    return best
  }
}
