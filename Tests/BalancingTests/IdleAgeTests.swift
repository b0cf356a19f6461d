import Balancing
import Testing

@Suite("The age at which a backend closes")
struct IdleAgeTests {
  /// After connections were closed at these ages, one a second.
  private func learnt(_ ages: [UInt64], step: UInt64 = 1_000) -> IdleAge {
    ages.enumerated().reduce(IdleAge()) { state, closing in
      state.afterClosing(at: closing.element, now: 16_777_000 + UInt64(closing.offset) * step)
    }
  }

  @Test(
    "is known when two agree",
    arguments: [
      ([], nil), ([1_000], nil), ([1_000, 1_010], 1_000), ([1_000, 990], 990),
      ([5_001, 5_000, 5_002], 5_000), ([80, 900, 3_000], nil), ([80, 900, 85], nil),
      ([1_000, 1_000, 200], 1_000), ([1_000, 1_000, 200, 210], 200), ([49, 49], nil),
      ([70_000, 70_000], nil), ([65_535, 65_535], 65_535),
    ] as [([UInt64], UInt64?)])
  func agreement(ages: [UInt64], age: UInt64?) {
    #expect(learnt(ages).age == age)
  }

  @Test("is not known from connections that were closed at the same moment")
  func sameMoment() {
    #expect(learnt([1_000, 1_000, 1_010, 990], step: 5).age == nil)
    #expect(learnt([1_000, 1_000], step: 80).age == 1_000)
  }

  @Test("keeps a distance from it")
  func limits() {
    #expect(learnt([]).limit == nil && learnt([]).safeLimit == 500)
    #expect(learnt([1_000, 1_000]).limit == 875 && learnt([1_000, 1_000]).safeLimit == 750)
    #expect(learnt([60, 60]).limit == 10 && learnt([60, 60]).safeLimit == 0)
    #expect(learnt([200, 200]).limit == 150 && learnt([200, 200]).safeLimit == 100)
  }

  @Test("is learnt anew after a while")
  func forgetting() {
    var state = learnt([1_000, 1_000])
    for _ in 0..<256 { state = state.afterSparing }
    #expect(state.age == 1_000)
    #expect(state.afterSparing == IdleAge())
  }

  @Test("of days is no trouble")
  func extremes() {
    #expect(learnt([UInt64.max, UInt64.max]).age == nil)
    #expect(IdleAge().afterClosing(at: 100, now: UInt64.max).age == nil)
  }
}
