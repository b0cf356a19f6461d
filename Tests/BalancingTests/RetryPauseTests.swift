import Balancing
import Testing

@Suite("The pause before a further try")
struct RetryPauseTests {
  @Test("is a random part of a time that doubles up to the most")
  func growth() {
    let pause = RetryPause()
    #expect(
      (1...6).map { pause.length(afterTries: $0, random: .max) } == [25, 50, 100, 200, 250, 250])
    #expect((1...6).allSatisfy { pause.length(afterTries: $0, random: 0) == 0 })
    #expect(pause.length(afterTries: 1, random: .max / 2) == 12)
  }

  @Test("does not overflow")
  func extremes() {
    #expect(RetryPause(base: .max, maximum: 7).length(afterTries: .max, random: .max) == 7)
    #expect(RetryPause(base: .max, maximum: .max).length(afterTries: 1, random: 5) == 5)
    #expect(RetryPause(base: 0, maximum: 0).length(afterTries: 3, random: .max) == 0)
  }
}
