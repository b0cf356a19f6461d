import EventLoop
import Testing

@testable import Proxy

@Suite("Notices of what can happen often")
struct NoticeLimitTests {
  @Test("one a second goes out, and says how many were held back since the last")
  func oneASecond() {
    var limit = NoticeLimit()
    let taken = [0, 1, 999, 1000, 1001, 3500, 4499].map {
      limit.take(at: Instant(microseconds: 1) + .milliseconds($0))
    }
    #expect(taken == [0, nil, nil, 2, nil, 1, nil])
  }
}
