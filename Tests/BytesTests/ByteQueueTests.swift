import Bytes
import CodecTestSupport
import Testing

@Suite("Byte queues")
struct ByteQueueTests {
  @Test("octets leave in the order in which they came, whatever the sizes", arguments: [1, 7, 100])
  func order(size: Int) {
    var queue = ByteQueue()
    var model: [UInt8] = []
    var next: UInt8 = 0
    for step in 0..<500 {
      let piece = (0..<(step * 31 % size + 1)).map { _ in
        next &+= 1
        return next
      }
      queue.append(piece.span)
      model += piece
      let leaving = step % 3 == 0 ? 0 : model.count / 2
      queue.removeFirst(leaving)
      model.removeFirst(leaving)
      // It goes on as before with no more memory than it needs.
      if step % 50 == 0 { queue.releaseMemory() }
      let queued = queue.span.indices.map { queue.span[$0] }
      #expect(queued == model)
    }
  }

  @Test("names are taken in lower case")
  func lowercasing() {
    var queue = ByteQueue()
    queue.append(lowercasing: Array("X-Name[@`{Z".utf8).span)
    let queued = queue.span.text
    #expect(queued == "x-name[@`{z")
  }

  @Test("what is empty can be appended and removed")
  func empty() {
    var queue = ByteQueue()
    let nothing: [UInt8] = []
    queue.append(nothing.span)
    queue.append(lowercasing: nothing.span)
    queue.removeFirst(0)
    let count = queue.span.count
    #expect(count == 0)
  }
}
