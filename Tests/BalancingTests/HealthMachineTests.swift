import Balancing
import Testing

@Suite("What health checks find")
struct HealthMachineTests {
  @Test("the first check decides", arguments: [true, false])
  func first(passed: Bool) {
    var machine = HealthMachine()
    #expect(machine.verdict == .unknown)
    let verdict10 = machine.checked(passed: passed, fall: 3, rise: 2)
    #expect(verdict10)
    #expect(machine.verdict == (passed ? .healthy : .unhealthy))
  }

  /// Results of checks, `+` and `-`, and the verdict after each, `H` and `U`.
  static let runs = [
    ("+---", "HHHU"), ("+--+--+---", "HHHHHHHHHU"), ("-++", "UUH"), ("-+-+-++", "UUUUUUH"),
    ("+---+-++---", "HHHUUUUHHHU"),
  ]

  @Test("then it takes some in a row", arguments: runs)
  func run(checks: String, verdicts: String) {
    var machine = HealthMachine()
    var found = ""
    for check in checks {
      let before = machine.verdict
      let changed = machine.checked(passed: check == "+", fall: 3, rise: 2)
      #expect(changed == (machine.verdict != before))
      found += machine.verdict == .healthy ? "H" : "U"
    }
    #expect(found == verdicts)
  }

  @Test("a verdict from before is gone on from")
  func kept() {
    var machine = HealthMachine(verdict: .unhealthy)
    let verdict11 = machine.checked(passed: true, fall: 3, rise: 2)
    #expect(!verdict11)
    let verdict12 = machine.checked(passed: true, fall: 3, rise: 2)
    #expect(verdict12)
  }
}
