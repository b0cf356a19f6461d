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
    replay.begin(limit: 1000, from: pool)
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
    replay.begin(limit: 10, from: pool)
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
    replay.begin(limit: 0, from: BufferPool())
    #expect(replay.phase == .overflown)
  }
}
