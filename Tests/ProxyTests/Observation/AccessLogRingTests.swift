import Bytes
import Proxy
import Synchronization
import Testing

@Suite("Access log lines between two threads")
struct AccessLogRingTests {
  @Test("lines arrive whole, in order, and those that do not are counted")
  func twoThreads() async {
    let ring = AccessLogRing(capacity: 1 << 12)
    let lineCount = 50_000
    let isDone = Atomic<Bool>(false)
    async let numbers = read(ring, until: isDone)
    await write(lineCount, to: ring)
    isDone.store(true, ordering: .releasing)

    let received = await numbers
    #expect(received.count + Int(ring.takeDropped()) == lineCount)
    #expect(zip(received, received.dropFirst()).allSatisfy { $0 < $1 })
    #expect(!received.isEmpty && !received.contains(-1))
  }

  @Test("dropped lines are told once")
  func dropped() {
    let ring = AccessLogRing(capacity: 64)
    let line = [UInt8](repeating: 0x61, count: 40)
    for _ in 0..<3 { ring.append(line.span) }
    #expect(ring.count == 40)
    #expect(ring.takeDropped() == 2)
    #expect(ring.takeDropped() == 0)
  }

  /// Lines are a number and as many `x` as its last digit says, so that a torn one shows.
  @concurrent
  private func write(_ count: Int, to ring: AccessLogRing) async {
    for number in 0..<count {
      let line = octets("\(number) " + String(repeating: "x", count: number % 10) + "\n")
      ring.append(line.span)
    }
  }

  /// The numbers of all lines, -1 for one that is not whole.
  @concurrent
  private func read(_ ring: AccessLogRing, until isDone: borrowing Atomic<Bool>) async -> [Int] {
    var output = OutputBuffer()
    var isLast = false
    while !isLast {
      // Asked first: what was written before the end is taken after it.
      isLast = isDone.load(ordering: .acquiring)
      ring.drain(into: &output)
    }
    let span = output.span
    let text = String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let number = Int(parts[0]), parts[1].utf8.count == number % 10 else {
        return -1
      }
      return number
    }
  }
}
