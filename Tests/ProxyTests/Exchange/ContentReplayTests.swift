import Bytes
import EventLoop
import Testing

@testable import Proxy

@Suite("Content that is kept for another try")
struct ContentReplayTests {
  private func source(_ count: Int) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: count)
    let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    buffer.copy(octets.span)
    return buffer
  }

  @Test("is what was sent, in order", arguments: [1, 2, 3, 7, 1000])
  func pieces(size: Int) {
    let pool = BufferPool()
    let replay = ContentReplay()
    let source = source(1000)
    replay.begin(limit: 1000)
    for start in stride(from: 0, to: 1000, by: size) {
      replay.keep(start..<min(1000, start + size), of: source, pool: pool)
    }
    #expect(replay.phase == .keeping && replay.count == 1000)
    var kept: [UInt8] = []
    if let buffer = replay.buffer {
      for index in 0..<1000 { kept.append(buffer.span[index]) }
    }
    #expect(kept == (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test("is nothing once there is more than the limit")
  func overflow() {
    let pool = BufferPool()
    let replay = ContentReplay()
    replay.begin(limit: 10)
    replay.keep(0..<10, of: source(20), pool: pool)
    #expect(replay.phase == .keeping)
    replay.keep(10..<11, of: source(20), pool: pool)
    let hasBuffer = replay.buffer != nil
    #expect(replay.phase == .overflown && !hasBuffer)
    replay.keep(0..<1, of: source(20), pool: pool)
    #expect(replay.phase == .overflown)
    replay.end(pool: pool)
    #expect(replay.phase == .unneeded)
  }

  @Test("is nothing where nothing may be kept")
  func none() {
    let replay = ContentReplay()
    replay.begin(limit: 0)
    #expect(replay.phase == .overflown)
  }

  struct Size: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Octets of each piece.
    let pieces: [Int]
    /// Octets of the buffer that they end up in; nil where there is none.
    let capacity: Int?
  }

  static let sizes = [
    Size(testDescription: "nothing", pieces: [], capacity: nil),
    Size(testDescription: "an empty piece", pieces: [0], capacity: nil),
    Size(testDescription: "a few octets", pieces: [101], capacity: 16_384),
    Size(testDescription: "a buffer full", pieces: [1, 16_383], capacity: 16_384),
    Size(testDescription: "one more", pieces: [16_384, 1], capacity: 65_536),
    Size(testDescription: "a large one full", pieces: [16_384, 49_152], capacity: 65_536),
    Size(testDescription: "more than that", pieces: [60_000, 6000], capacity: 99_000),
  ]

  @Test("takes no more memory than is needed", arguments: sizes)
  func capacity(_ size: Size) {
    let pool = BufferPool()
    let replay = ContentReplay()
    let total = size.pieces.reduce(0, +)
    let source = source(total)
    replay.begin(limit: 99_000)
    var start = 0
    for count in size.pieces {
      replay.keep(start..<start + count, of: source, pool: pool)
      start += count
    }
    #expect(replay.phase == .keeping && replay.count == total)
    #expect(replay.buffer?.capacity == size.capacity)
    if let buffer = replay.buffer {
      #expect((0..<total).allSatisfy { buffer.span[$0] == UInt8(truncatingIfNeeded: $0) })
    }
  }
}
