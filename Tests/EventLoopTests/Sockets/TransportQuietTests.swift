import Bytes
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Whether an idle connection is quiet")
struct TransportQuietTests {
  enum Happening: Sendable, CaseIterable { case nothing, octets, halfClose, close }

  @Test(
    "the kernel's word counts before the loop's turn has told, and after",
    arguments: Happening.allCases)
  func quiet(_ happening: Happening) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      await runner.loop.yieldTurn()
      #expect(transport.isQuiet())
      switch happening {
      case .nothing: break
      case .octets: peer.send("x")
      case .halfClose: peer.shutDownSending()
      case .close: peer.close()
      }
      #expect(!transport.isReadable, "no turn has passed")
      #expect(transport.isQuiet() == (happening == .nothing))
      await runner.loop.yieldTurn()
      #expect(transport.isQuiet() == (happening == .nothing))
      #expect(transport.isReadable == (happening != .nothing))
    }
  }

  @Test("asking takes nothing away, and reading makes it quiet again")
  func afterReading() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.tcp, on: runner.loop)
      peer.send("x")
      #expect(await runner.turn { transport.isReadable })
      #expect(!transport.isQuiet())
      #expect(transport.tryRead(into: ByteBuffer(capacity: 8), from: 0) == .octets(1))
      #expect(transport.isQuiet())
      transport.close()
      #expect(!transport.isQuiet())
    }
  }
}
