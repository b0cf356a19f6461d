import Balancing
import Testing

@Suite("The share of failures in a window")
struct FailureWindowTests {
  private let policy = EjectionPolicy(percent: 50, minRequests: 20)

  @Test("counts from so many requests on")
  func volume() {
    var window = FailureWindow()
    let verdicts = (0..<20).map { _ in window.failed(at: 50, policy: policy) }
    #expect(verdicts == Array(repeating: false, count: 19) + [true])
  }

  @Test("is that of failures to requests")
  func share() {
    var window = FailureWindow()
    _ = window.failed(at: 50, policy: policy)
    for _ in 0..<30 { window.succeeded() }
    let verdicts = (0..<29).map { _ in window.failed(at: 60, policy: policy) }
    #expect(verdicts == Array(repeating: false, count: 28) + [true])
  }

  @Test("begins anew when the window is over")
  func over() {
    var window = FailureWindow()
    for _ in 0..<19 {
      let verdict8 = window.failed(at: 100, policy: policy)
      #expect(!verdict8)
    }
    let verdict9 = window.failed(at: 10_101, policy: policy)
    #expect(!verdict9)
  }

  @Test("says nothing when the share is 0")
  func off() {
    var window = FailureWindow()
    let isDue = (0..<100).contains { _ in window.failed(at: 1, policy: EjectionPolicy()) }
    #expect(!isDue)
  }
}
