import Testing

@testable import Daemon

@Suite("One at a time")
struct TurnstileTests {
  /// Stands for the control loop: all of it happens in one place.
  private actor Place {
    let turnstile = Turnstile()
    var inside = 0
    var most = 0
    var passed: [Int] = []

    func pass(_ number: Int) async {
      await turnstile.enter()
      inside += 1
      most = max(most, inside)
      for _ in 0..<5 { await Task.yield() }
      passed.append(number)
      inside -= 1
      turnstile.leave()
    }
  }

  @Test("nobody enters while another is inside, and all get through")
  func oneAtATime() async {
    let place = Place()
    await withDiscardingTaskGroup { group in
      for number in 0..<50 { group.addTask { await place.pass(number) } }
    }
    #expect(await place.most == 1)
    #expect(await place.passed.sorted() == Array(0..<50))
    #expect(await place.inside == 0)
  }
}
