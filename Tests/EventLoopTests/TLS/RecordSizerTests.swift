import Testing

@testable import EventLoop

@Suite("How large a TLS record may be")
struct RecordSizerTests {
  private func at(_ milliseconds: Int64) -> Instant {
    Instant(microseconds: 1_000_000_000) + .milliseconds(milliseconds)
  }

  @Test("is small first, large when data streams, and small again after a pause")
  func growsAndShrinks() {
    var sizer = RecordSizer()
    var sent = 0
    while sent < RecordSizer.smallStart {
      let limit = sizer.limit(now: at(0))
      #expect(limit == RecordSizer.smallRecord)
      sizer.wrote(limit, now: at(0))
      sent += limit
    }
    let streaming = sizer.limit(now: at(0))
    #expect(streaming == RecordSizer.largeRecord)
    sizer.wrote(1, now: at(500))
    let (before, after) = (sizer.limit(now: at(1499)), sizer.limit(now: at(1500)))
    #expect(before == RecordSizer.largeRecord)
    #expect(after == RecordSizer.smallRecord)
  }
}

@Suite("How long handshakes may take in a turn")
struct HandshakeBudgetTests {
  @Test("is so long, and in the next turn again")
  func renews() {
    var budget = HandshakeBudget()
    var spent = [budget.isSpent(in: 1)]
    budget.took(.milliseconds(1))
    spent += [budget.isSpent(in: 1), budget.isSpent(in: 2)]
    budget.took(Interval(microseconds: 999))
    spent.append(budget.isSpent(in: 2))
    #expect(spent == [false, true, false, false])
  }
}
