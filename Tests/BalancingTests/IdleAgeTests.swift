import Balancing
import Testing

@Suite("The age at which a backend closes")
struct IdleAgeTests {
  private func learnt(_ ages: [UInt64]) -> IdleAge {
    ages.reduce(IdleAge()) { $0.afterClosing(at: $1) }
  }

  @Test(
    "is known when two agree",
    arguments: [
      ([], nil), ([1_000], nil), ([1_000, 1_010], 1_000), ([1_000, 990], 990),
      ([5_001, 5_000, 5_002], 5_000), ([40, 900, 3_000], nil), ([40, 900, 45], nil),
      ([1_000, 1_000, 200], 1_000), ([1_000, 1_000, 200, 210], 200), ([0, 0], 1),
    ] as [([UInt64], UInt64?)])
  func agreement(ages: [UInt64], age: UInt64?) {
    #expect(learnt(ages).age == age)
  }

  @Test("keeps a distance from it")
  func limits() {
    #expect(learnt([]).limit == nil && learnt([]).safeLimit == 500)
    #expect(learnt([1_000, 1_000]).limit == 875 && learnt([1_000, 1_000]).safeLimit == 750)
    #expect(learnt([30, 30]).limit == 0 && learnt([30, 30]).safeLimit == 0)
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
    let most: UInt64 = 0xff_ffff
    #expect(learnt([UInt64.max, UInt64.max]).age == most)
  }
}
