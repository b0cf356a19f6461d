import Bytes
import EventLoop
import Testing

@testable import Proxy

@Suite("Content of a stream that was not read yet")
struct StreamContentTests {
  private static let octets = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

  private let pool = BufferPool()
  private let source = ByteBuffer(capacity: Self.octets.count)

  init() { source.copy(Self.octets.span) }

  /// Everything that can be read, from the next octet on.
  private func readAll(_ content: inout StreamContent) -> [UInt8] {
    var read: [UInt8] = []
    while true {
      _ = content.takeBack(to: pool)
      guard let range = content.lend(), let buffer = content.buffer else { return read }
      let bytes = buffer.span
      read += range.map { bytes[$0] }
    }
  }

  @Test(
    "is what came, in pieces of whatever size",
    arguments: [
      [1], [1024], [1025], [1000, 24], [1000, 25], [500, 500, 500], [16_384, 1], [70_000],
    ])
  func pieces(sizes: [Int]) {
    var content = StreamContent()
    for _ in 0..<3 {
      var count = 0
      for size in sizes {
        content.append(count..<count + size, of: source, from: pool)
        count += size
      }
      #expect(content.unreadOctets == count)
      let read = readAll(&content)
      #expect(read == Array(Self.octets.prefix(count)))
      content.removeAll(to: pool)
    }
  }

  @Test("is read as it comes", arguments: [1, 700, 1024, 5000, 20_000])
  func alternating(size: Int) {
    var content = StreamContent()
    var read: [UInt8] = []
    for index in 0..<4 {
      content.append(index * size..<(index + 1) * size, of: source, from: pool)
      read += readAll(&content)
    }
    #expect(read == Array(Self.octets.prefix(4 * size)))
  }

  @Test(
    "that fits the first buffer can be read again, also when that was exchanged for a larger one",
    arguments: [[100], [100, 200], [1000, 100], [1024, 1], [100, 5000, 11_000]])
  func rewound(sizes: [Int]) {
    var content = StreamContent()
    var (read, count) = ([UInt8](), 0)
    for size in sizes {
      content.append(count..<count + size, of: source, from: pool)
      count += size
      read += readAll(&content)
    }
    #expect(content.canRewind)
    content.rewind()
    let again = readAll(&content)
    #expect(read == Array(Self.octets.prefix(count)) && again == read)
  }

  @Test("that was lent stays where it is while more comes")
  func lent() {
    var content = StreamContent()
    content.append(0..<1000, of: source, from: pool)
    let (range, buffer) = (content.lend(), content.buffer)
    content.append(1000..<3000, of: source, from: pool)
    #expect(range == 0..<1000 && content.buffer === buffer)
    let isSame = buffer.map { buffer in (0..<1000).allSatisfy { buffer.span[$0] == Self.octets[$0] }
    }
    #expect(isSame == true)
    #expect(content.takeBack(to: pool) == 1000)
    let rest = readAll(&content)
    #expect(rest == Array(Self.octets[1000..<3000]))
  }
}
