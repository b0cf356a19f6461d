import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Descriptors that are only read from")
struct ReadableDescriptorTests {
  @Test("tells of each thing new to read, and closes what it owns")
  func edges() async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.unix)
      let peer = Peer(pair.far)
      var readable: ReadableDescriptor? = ReadableDescriptor(owning: pair.near, on: runner.loop)
      for _ in 0..<3 {
        let waiting = Task.immediate(executorPreference: runner.loop) { [readable] in
          _ = runner
          return await readable?.wait(until: runner.loop.now + .seconds(5))
        }
        await runner.settle()
        peer.send("x")
        #expect(await waiting.value == .ready)
      }
      #expect(await readable?.wait(until: runner.loop.now + .milliseconds(1)) == .deadline)
      readable = nil
      #expect(peer.receive() == [] || peer.send("x") == -1)
    }
  }
}
