import Bytes
import Testing

@testable import Balancing

@Suite("Consistent hashing")
struct HashTests {
  private static let keys = (0..<10_000).map { mixed(UInt64($0) &+ 1 << 40) }

  /// Whom each key belongs to.
  private func owners(_ rig: inout BalancerRig) -> [Int?] {
    Self.keys.map { key in
      rig.query.backendKey = key
      return rig.pick()
    }
  }

  @Test(
    "keys are shared by weight",
    arguments: [
      [1, 1, 1, 1], [3, 2, 1], [10, 1], [10_000, 5_000], Array(repeating: 1, count: 50),
    ])
  func shares(weights: [Int]) {
    var rig = BalancerRig(weights, .hash(.none))
    let owners = owners(&rig)
    let total = weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      let expected = Double(weight) / Double(total) * Double(owners.count)
      let count = Double(owners.count { $0 == index })
      #expect(abs(count - expected) < expected * 0.4, "\(index): \(count) for \(expected)")
    }
  }

  @Test("when one goes down only its keys move, and all of them come back")
  func down() {
    var rig = BalancerRig([1, 1, 1, 1, 1], .hash(.none))
    let before = owners(&rig)
    rig.down([2])
    let during = owners(&rig)
    for (old, new) in zip(before, during) { #expect(old == 2 ? new != 2 : new == old) }
    let heirs = Set(zip(before, during).filter { $0.0 == 2 }.map(\.1))
    #expect(heirs == [0, 1, 3, 4], "its keys are spread over all others")
    rig.down([])
    #expect(owners(&rig) == before)
  }

  @Test("when one comes it takes a share from each, and nothing moves between others")
  func growth() {
    var small = BalancerRig([1, 1, 1], .hash(.none))
    var large = BalancerRig([1, 1, 1, 1], .hash(.none))
    let (before, after) = (owners(&small), owners(&large))
    for (old, new) in zip(before, after) where old != new { #expect(new == 3) }
    #expect(Set(zip(before, after).filter { $0.1 == 3 }.map(\.0)) == [0, 1, 2])
  }

  @Test("a weight that grows takes keys and gives none")
  func weightGrows() {
    var light = BalancerRig([2, 2, 2], .hash(.none))
    var heavy = BalancerRig([2, 3, 2], .hash(.none))
    for (old, new) in zip(owners(&light), owners(&heavy)) where old != new { #expect(new == 1) }
  }

  @Test("a key finds somebody though nearly all of the ring is down")
  func heavyOneDown() {
    var rig = BalancerRig([10_000, 1, 1, 0], .hash(.none))
    rig.down([0])
    let owners = owners(&rig)
    #expect(Set(owners) == [1, 2])
    #expect((2_500...7_500).contains(owners.count { $0 == 1 }))
    rig.down([0, 1, 2])
    #expect(rig.pick() == nil)
  }

  @Test("a request without a key goes in turn")
  func noKey() {
    var rig = BalancerRig([3, 2, 1], .hash(.none))
    #expect((0..<6).map { _ in rig.pick() } == [0, 1, 0, 2, 1, 0])
  }

  @Test("one that is excluded passes its keys to who has them when it is down")
  func excluded() {
    var rig = BalancerRig([1, 1, 1], .hash(.none))
    for key in Self.keys.prefix(200) {
      rig.query.backendKey = key
      let owner = rig.pick()
      rig.down(owner.map { [$0] } ?? [])
      let heir = rig.pick()
      rig.down([])
      #expect(rig.pick(excluding: owner.map { [$0] } ?? []) == heir && heir != owner)
      #expect(rig.pick() == owner)
    }
  }

  @Test("with a bound no backend has more than its share of one popular key")
  func bound() {
    var rig = BalancerRig([1, 1, 1, 1], .hash(LoadBound(percent: 125)))
    rig.query.backendKey = Self.keys[7]
    let owner = rig.pick()
    for _ in 0..<400 { _ = rig.start() }
    let counts = (0..<4).map { rig.counters[$0].value }
    #expect(counts.allSatisfy { $0 <= 126 } && counts.reduce(0, +) == 400, "\(counts)")
    #expect(counts.max() == owner.map { counts[$0] })
  }

  @Test("with a bound weights count")
  func boundByWeight() {
    var rig = BalancerRig([3, 1], .hash(LoadBound(percent: 125)))
    rig.query.backendKey = Self.keys[7]
    for _ in 0..<400 { _ = rig.start() }
    #expect(rig.counters[0].value <= 376 && rig.counters[1].value <= 126)
  }

  @Test("in a quiet cluster the bound moves nothing")
  func floor() {
    var rig = BalancerRig([1, 1, 1, 1], .hash(LoadBound(percent: 125)))
    rig.query.backendKey = Self.keys[7]
    #expect(Set((0..<8).map { _ in rig.start() }).count == 1)
  }

  @Test("everybody over the bound, the request still goes somewhere")
  func allLoaded() {
    var rig = BalancerRig([1, 1], .hash(LoadBound(percent: 125)))
    // Others than this subcluster's own requests may be counted for its backends.
    rig.counters[0].add(1000)
    rig.counters[1].add(1000)
    rig.query.backendKey = Self.keys[7]
    #expect(rig.pick() != nil)
  }

  @Test("rings of the greatest weights stay within their bounds")
  func greatest() {
    let ring = HashRing((0..<200).map { (mixed(UInt64($0)), 10_000) })
    #expect(Set(Self.keys.map { ring.member(for: $0) { _ in true } }).count == 200)
  }
}

@Suite("Weighted rendezvous")
struct WeightedRendezvousTests {
  private static let keys = (0..<50_000).map { mixed(UInt64($0) &+ 1 << 41) }
  private static let identities = (0..<4).map { mixed(UInt64($0) &+ 99) }

  private func owners(_ weights: [Int]) -> [Int?] {
    Self.keys.map { weightedRendezvous($0, Self.identities, weights: weights) }
  }

  @Test("shares keys by weight", arguments: [[1, 1, 1, 1], [70, 30, 0, 0], [1, 10, 100, 1000]])
  func shares(weights: [Int]) {
    let owners = owners(weights)
    let total = Double(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      let count = Double(owners.count { $0 == index })
      #expect(abs(count - Double(weight) / total * Double(owners.count)) < 700)
    }
  }

  @Test("moves only what must move when a weight falls")
  func falling() {
    for (old, new) in zip(owners([4, 4, 4, 4]), owners([4, 2, 4, 4])) where old != new {
      #expect(old == 1)
    }
  }

  @Test("nobody with a weight, nobody chosen")
  func nobody() {
    #expect(weightedRendezvous(1, Self.identities, weights: [0, 0, 0, 0]) == nil)
    #expect(weightedRendezvous(1, [], weights: []) == nil)
  }
}
