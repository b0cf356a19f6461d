import Bytes
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("The budget of a turn: 256 KiB or 16 operations")
struct TurnBudgetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Octets of each operation, and the operation that spends the budget.
    let operations: [Int]
    let spentAt: Int?
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "fifteen small ones", operations: Array(repeating: 1, count: 15), spentAt: nil),
    Case(name: "the sixteenth", operations: Array(repeating: 1, count: 16), spentAt: 15),
    Case(name: "sixteen of nothing", operations: Array(repeating: 0, count: 16), spentAt: 15),
    Case(name: "one octet less", operations: [256 * 1024 - 1], spentAt: nil),
    Case(name: "all at once", operations: [256 * 1024], spentAt: 0),
    Case(name: "in sum", operations: [200_000, 60_000, 2_143, 1], spentAt: 3),
    Case(name: "a very large one", operations: [Int(UInt32.max)], spentAt: 0),
  ]

  @Test("is spent by octets or by operations", arguments: cases)
  func spending(_ c: Case) {
    var budget = TurnBudget()
    let spent = c.operations.firstIndex { budget.isSpent(by: $0, in: 7) }
    #expect(spent == c.spentAt)
  }

  @Test("is whole again in the next turn")
  func nextTurn() {
    var budget = TurnBudget()
    // Turns wrap around.
    let operations: [(octets: Int, turn: UInt32)] = [
      (1 << 20, 7), (1, 7), (1, 8), (1 << 20, 8), (1, 0),
    ]
    let spent = operations.map { budget.isSpent(by: $0.octets, in: $0.turn) }
    #expect(spent == [true, true, false, true, false])
  }

  @Test("two fast transfers share the loop")
  func sharing() async throws {
    try await onLoop { runner in
      var order: [String] = []
      let ends = try (0..<2).map { _ in try connected(.unix, on: runner.loop) }
      for (_, peer) in ends { peer.send([UInt8](repeating: 0x78, count: 64)) }
      await runner.settle()
      let tasks = zip(ends, ["a", "b"]).map { end, name in
        Task.immediate(executorPreference: runner.loop) {
          _ = runner
          let buffer = ByteBuffer(capacity: 1)
          for _ in 0..<64 {
            _ = try await end.0.read(into: buffer, from: 0, until: .never)
            order.append(name)
          }
        }
      }
      for task in tasks { try await task.value }
      var longest = 0
      var run = 0
      for (index, name) in order.enumerated() {
        run = index > 0 && order[index - 1] == name ? run + 1 : 1
        longest = max(longest, run)
      }
      #expect(order.count == 128)
      #expect(longest <= 16, "\(order)")
    }
  }

  @Test("a fast writer gives way too")
  func writer() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let before = runner.loop.turn
      for _ in 0..<16 { try await transport.write(octets("x").span, Span(), stall: .seconds(5)) }
      #expect(runner.loop.turn == before &+ 1)
      #expect(peer.receive()?.count == 16)
    }
  }
}
