import Bytes
import EventLoop
import Testing

@Suite("The buffer pool")
struct BufferPoolTests {
  @Test("the buffer given back last is taken first")
  func lastInFirstOut() {
    let pool = BufferPool()
    let (first, second) = (pool.take(), pool.take())
    #expect(first !== second)
    pool.give(first)
    pool.give(second)
    #expect(pool.take() === second)
    #expect(pool.take() === first)
  }

  @Test("the two sizes are kept apart")
  func sizes() {
    let pool = BufferPool()
    let (small, large) = (pool.take(), pool.takeLarge())
    #expect(small.capacity == BufferPool.bufferOctets)
    #expect(large.capacity == BufferPool.largeBufferOctets)
    pool.give(large)
    pool.give(small)
    #expect(pool.takeLarge() === large)
    #expect(pool.take() === small)
  }

  @Test("a buffer of another size is not kept", arguments: [1, 4096, 16 * 1024 + 1, 1 << 20])
  func odd(size: Int) {
    let pool = BufferPool()
    pool.give(ByteBuffer(capacity: size))
    #expect(pool.take().capacity == BufferPool.bufferOctets)
    #expect(pool.takeLarge().capacity == BufferPool.largeBufferOctets)
  }

  @Test("no more buffers are kept than 4 MiB of each size")
  func limits() {
    let pool = BufferPool()
    let given = (0..<300).map { _ in ByteBuffer(capacity: BufferPool.bufferOctets) }
    let givenLarge = (0..<80).map { _ in ByteBuffer(capacity: BufferPool.largeBufferOctets) }
    for buffer in given + givenLarge { pool.give(buffer) }
    let known = Set((given + givenLarge).map { ObjectIdentifier($0) })
    // Those taken are held, so that no identity is used twice.
    let taken = (0..<300).map { _ in pool.take() }
    let takenLarge = (0..<80).map { _ in pool.takeLarge() }
    #expect(taken.count { known.contains(ObjectIdentifier($0)) } == 256)
    #expect(takenLarge.count { known.contains(ObjectIdentifier($0)) } == 64)
  }
}
