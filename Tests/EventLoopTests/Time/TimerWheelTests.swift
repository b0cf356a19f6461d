import LoopTestSupport
import TestSupport
import Testing

@testable import EventLoop

@Suite("The timer wheel")
struct TimerWheelTests {
  /// What is done to the points of a case, at times in milliseconds since its beginning.
  enum Step: Sendable {
    case set(Int, to: Int64)
    case setToNever(Int)
    case clear(Int)
    case free(Int)
    /// The points that strike until then.
    case advance(to: Int64, strikes: Set<Int>)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [Step]
    var testDescription: String { name }

    init(_ name: String, _ steps: Step...) { (self.name, self.steps) = (name, steps) }
  }

  /// A tick is 16.384 ms, a rotation 67.1 s.
  static let cases = [
    Case(
      "a deadline strikes once, within a tick, and not early", .set(0, to: 100),
      .advance(to: 99, strikes: []), .advance(to: 117, strikes: [0]),
      .advance(to: 100_000, strikes: [])),
    Case(
      "one that is put off strikes at the later time", .set(0, to: 100), .set(0, to: 300),
      .advance(to: 200, strikes: []), .advance(to: 299, strikes: []),
      .advance(to: 317, strikes: [0])),
    Case(
      "one that is brought forward strikes at the earlier time", .set(0, to: 300),
      .set(0, to: 100), .advance(to: 99, strikes: []), .advance(to: 117, strikes: [0]),
      .advance(to: 400, strikes: [])),
    Case(
      "put off and brought forward again", .set(0, to: 300), .set(0, to: 900), .set(0, to: 200),
      .advance(to: 217, strikes: [0]), .advance(to: 1000, strikes: [])),
    Case(
      "a cleared one does not strike", .set(0, to: 100), .clear(0), .advance(to: 500, strikes: [])),
    Case(
      "a cleared one can be set anew", .set(0, to: 100), .clear(0), .set(0, to: 100),
      .advance(to: 120, strikes: [0])),
    Case(
      "a cleared one can be set to an earlier time", .set(0, to: 300), .clear(0), .set(0, to: 50),
      .advance(to: 67, strikes: [0]), .advance(to: 400, strikes: [])),
    Case(
      "one that was cleared and has left the wheel can be set anew", .set(0, to: 100), .clear(0),
      .advance(to: 200, strikes: []), .set(0, to: 300), .advance(to: 317, strikes: [0])),
    Case("a freed one does not strike", .set(0, to: 100), .free(0), .advance(to: 500, strikes: [])),
    Case(
      "a freed one's place serves another", .set(0, to: 100), .free(0), .set(1, to: 100),
      .advance(to: 120, strikes: [1])),
    Case(
      "many in one slot all strike", .set(0, to: 100), .set(1, to: 100), .set(2, to: 101),
      .set(3, to: 102), .advance(to: 120, strikes: [0, 1, 2, 3])),
    Case(
      "of many in a slot the first is freed", .set(0, to: 100), .set(1, to: 100),
      .set(2, to: 100), .free(0), .advance(to: 120, strikes: [1, 2])),
    Case(
      "of many in a slot one in the middle is freed", .set(0, to: 100), .set(1, to: 100),
      .set(2, to: 100), .free(1), .advance(to: 120, strikes: [0, 2])),
    Case(
      "of many in a slot the last is freed", .set(0, to: 100), .set(1, to: 100),
      .set(2, to: 100), .free(2), .advance(to: 120, strikes: [0, 1])),
    Case(
      "of many in a slot some are put off", .set(0, to: 100), .set(1, to: 100), .set(2, to: 100),
      .set(1, to: 200), .advance(to: 120, strikes: [0, 2]), .advance(to: 217, strikes: [1])),
    Case(
      "a deadline beyond a rotation waits for its time", .set(0, to: 200_000),
      .advance(to: 67_200, strikes: []), .advance(to: 134_300, strikes: []),
      .advance(to: 199_999, strikes: []), .advance(to: 200_017, strikes: [0])),
    Case(
      "a rotation apart they share a slot and no more", .set(0, to: 1000),
      .set(1, to: 1000 + 67_108), .advance(to: 1017, strikes: [0]),
      .advance(to: 68_125, strikes: [1])),
    Case(
      "all that a jump passes strike", .set(0, to: 10), .set(1, to: 50_000), .set(2, to: 200_000),
      .set(3, to: 2_000_000), .advance(to: 1_000_000, strikes: [0, 1, 2]),
      .advance(to: 2_000_017, strikes: [3])),
    Case(
      "a deadline in the past strikes with the next tick", .advance(to: 1000, strikes: []),
      .set(0, to: 500), .advance(to: 1017, strikes: [0])),
    Case("never is no deadline", .setToNever(0), .advance(to: 1_000_000, strikes: [])),
    Case(
      "putting off to never is giving up", .set(0, to: 100), .setToNever(0),
      .advance(to: 1_000_000, strikes: [])),
    Case(
      "after never it can be set anew", .set(0, to: 100), .setToNever(0), .set(0, to: 100),
      .advance(to: 120, strikes: [0])),
  ]

  @Test("deadlines strike when they should", arguments: cases)
  func strikes(_ c: Case) {
    var rig = WheelRig(points: 4)
    for step in c.steps {
      switch step {
      case .set(let index, let time): rig.set(index, to: Instant(microseconds: time * 1000))
      case .setToNever(let index): rig.set(index, to: .never)
      case .clear(let index): rig.clear(index)
      case .free(let index): rig.replace(index)
      case .advance(let time, let strikes):
        let struck = rig.expire(now: Instant(microseconds: time * 1000))
        #expect(struck == strikes.sorted(), "at \(time) ms")
      }
    }
  }

  private struct Pending {
    let deadline: Int64
    /// The end of the first tick that is over after the deadline.
    let strikesBy: Int64
  }

  @Test("behaves as a sorted list does, to a tick", arguments: 1...8)
  func oracle(seed: UInt64) {
    var random = SplitMix(state: seed)
    var rig = WheelRig(points: 64)
    var pending: [Int: Pending] = [:]
    var now: Int64 = 0
    for _ in 0..<3000 {
      let index = Int.random(in: 0..<64, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0: (pending[index], _) = (nil, rig.clear(index))
      case 1: (pending[index], _) = (nil, rig.replace(index))
      case 2...6:
        let reach: Int64 = Bool.random(using: &random) ? 100_000 : 200_000_000
        let deadline = max(0, now + Int64.random(in: -50_000...reach, using: &random))
        rig.set(index, to: Instant(microseconds: deadline))
        let tick = max(deadline, now) >> 14
        pending[index] = Pending(deadline: deadline, strikesBy: (tick + 1) << 14)
      default:
        let reach: Int64 = Int.random(in: 0..<20, using: &random) == 0 ? 150_000_000 : 200_000
        now += Int64.random(in: 0...reach, using: &random)
        let struck = rig.expire(now: Instant(microseconds: now))
        #expect(struck.count == Set(struck).count, "strikes once")
        for index in struck {
          let deadline = pending.removeValue(forKey: index)?.deadline
          #expect(deadline.map { $0 <= now } == true, "never early, and only if it was set")
        }
        #expect(pending.values.allSatisfy { $0.strikesBy > now }, "never lost")
      }
      guard let first = pending.values.map(\.strikesBy).min() else { continue }
      let delay = rig.delay(from: now)
      #expect(delay.map { $0 >= 0 && now + $0 <= first } == true, "wakes in time for the first")
    }
  }

  @Test("the delay leads to the end of the first slot that is not empty")
  func delay() {
    var rig = WheelRig(points: 3)
    let tick: Int64 = 16_384
    var delays = [rig.delay(from: 0)]
    rig.set(0, to: Instant(microseconds: 100_000))
    delays += [rig.delay(from: 0), rig.delay(from: 50_000), rig.delay(from: 200_000)]
    #expect(delays == [nil, 7 * tick, 7 * tick - 50_000, 0])
    // In another word of the bitmap, and then nearer again.
    rig.replace(0)
    rig.set(1, to: Instant(microseconds: tick * 4095))
    delays = [rig.delay(from: 0)]
    rig.set(2, to: Instant(microseconds: 0))
    delays += [rig.delay(from: 0)]
    rig.replace(1)
    rig.replace(2)
    delays += [rig.delay(from: 0)]
    #expect(delays == [4096 * tick, tick, nil])
  }

  @Test("an entry that nobody waits for leaves the wheel when it comes by")
  func emptying() {
    var rig = WheelRig(points: 1)
    rig.set(0, to: Instant(microseconds: 1000))
    rig.clear(0)
    let struck = rig.expire(now: Instant(microseconds: 20_000))
    #expect(struck.isEmpty)
    #expect(rig.delay(from: 20_000) == nil)
  }
}

/// The wheel of a loop that does not run, at time 0, with wait points to set.
private struct WheelRig: ~Copyable {
  let loop = EventLoop.forTest()
  private var points: [WaitPoint]

  init(points count: Int) {
    let loop = loop
    loop.timers = TimerWheel(now: Instant(microseconds: 0))
    points = (0..<count).map { _ in WaitPoint(on: loop) }
  }

  mutating func set(_ index: Int, to deadline: Instant) {
    loop.timers.set(&points[index].timer, to: deadline, for: points[index])
  }

  mutating func clear(_ index: Int) { points[index].deadline = .never }

  /// The point goes away, and a new one takes its place.
  mutating func replace(_ index: Int) { points[index] = WaitPoint(on: loop) }

  func delay(from now: Int64) -> Int64? {
    loop.timers.delayToNextSlot(from: Instant(microseconds: now))
  }

  /// The points that strike, by index.
  mutating func expire(now: Instant) -> [Int] {
    var expired: [WaitPoint] = []
    loop.timers.expire(now: now, into: &expired)
    return expired.compactMap { waiter in points.firstIndex { $0 === waiter } }.sorted()
  }
}
