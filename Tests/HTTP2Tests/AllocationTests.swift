import Bytes
import CMallocCounter
import HTTP2
import Testing

@Suite("Allocations in steady state", .enabled(if: malloc_is_counted()))
struct AllocationTests {
  /// All that a debug build has are the frames of accessors that are not inlined there.
  private static func limit(debug: UInt) -> UInt {
    #if DEBUG
      debug
    #else
      0
    #endif
  }

  @Test(
    "a request and its response cost none, on either side",
    arguments: [(0, limit(debug: 32)), (4, limit(debug: 105))])
  func exchange(pieces: Int, limit: UInt) {
    var pair = EnginePair()
    let rounds = 10
    var isRight = true
    for _ in 0..<20 { isRight = pair.exchange(pieces: pieces) && isRight }
    var allocations = UInt.max
    // The runtime of the language makes caches when it first needs them, so the best round counts.
    for _ in 0..<5 {
      let before = malloc_count()
      for _ in 0..<rounds { isRight = pair.exchange(pieces: pieces) && isRight }
      allocations = min(allocations, malloc_count() - before)
    }
    #expect(isRight)
    #expect(allocations <= limit * UInt(rounds))
    let (heads, ends, content) = (pair.heads, pair.ends, pair.content)
    #expect(heads == 140 && ends == 70)
    #expect(content == 70 * pieces * 1024)
  }

  @Test("a connection that rests serves as before, and needs no memory for what was")
  func resting() {
    var pair = EnginePair()
    var isRight = true
    for _ in 0..<20 {
      isRight = pair.exchange(pieces: 3) && isRight
      pair.client.releaseMemory()
      pair.server.releaseMemory()
      isRight = pair.server.headOctets.capacityOctets == 0 && isRight
    }
    #expect(isRight)
    let (heads, ends) = (pair.heads, pair.ends)
    #expect(heads == 40 && ends == 20)
  }

  @Test("a connection that has served nothing is one buffer and itself")
  func idle() {
    var allocations = UInt.max
    let terms = HTTP2Terms(settings: .server, window: .server, limits: HTTP2Limits())
    for _ in 0..<5 {
      let before = malloc_count()
      let connection = HTTP2Connection(role: .server, terms: terms, now: 0)
      allocations = min(allocations, malloc_count() - before)
      #expect({ connection.activeStreams }() == 0)
    }
    #expect(allocations == 1)
    #expect(MemoryLayout<HTTP2Connection>.size <= 1120)
  }
}
