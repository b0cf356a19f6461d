import Bytes
import Testing

@Suite("Ring of octets between two threads")
struct ByteRingTests {
  @Test("gives back what was written, over the end of its memory too", arguments: [1, 2, 3, 7, 63])
  func wraps(length: Int) {
    let ring = ByteRing(capacity: 64)
    for round in 0..<200 {
      let piece = (0..<length).map { UInt8(truncatingIfNeeded: round &* 31 &+ $0) }
      #expect(write(piece, to: ring))
      #expect(ring.count == length)
      #expect(take(from: ring) == piece)
    }
  }

  @Test("takes a piece whole or not at all")
  func full() {
    let ring = ByteRing(capacity: 64)
    let piece = [UInt8](repeating: 1, count: 40)
    let rest = [UInt8](repeating: 2, count: 24)
    #expect(write(piece, to: ring))
    #expect(!write(piece, to: ring))
    #expect(write(rest, to: ring))
    #expect(!write([0], to: ring))
    #expect(write([], to: ring))
    #expect(ring.count == 64)
    #expect(take(from: ring) == piece + rest)
    #expect(take(from: ring) == [])
    #expect(write(piece, to: ring))
  }

  @Test("a piece larger than the ring is refused")
  func tooLarge() {
    let ring = ByteRing(capacity: 50)
    #expect(ring.capacity == 64)
    #expect(!write([UInt8](repeating: 1, count: 65), to: ring))
    #expect(ring.count == 0)
  }

  private func write(_ piece: [UInt8], to ring: ByteRing) -> Bool { ring.write(piece.span) }

  private func take(from ring: ByteRing) -> [UInt8] {
    var output = OutputBuffer(capacity: 4)
    let count = ring.take(into: &output)
    let span = output.span
    return span.count == count ? span.indices.map { span[$0] } : []
  }
}
