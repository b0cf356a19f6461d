import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("A transport that the loop cannot watch")
struct TransportRegistrationTests {
  /// Files are not for epoll, which says so as it says that it has no room.
  private func unwatched(on loop: EventLoop) -> Transport {
    Transport(descriptor: unsafe open("/dev/null", O_RDWR | O_CLOEXEC), on: loop)
  }

  @Test("is as one that the peer has reset, and makes nobody wait")
  func isReset() async throws {
    try await onLoop { runner in
      let transport = unwatched(on: runner.loop)
      #expect(transport.isReadable && transport.isPeerClosed && transport.isHungUp)
      let pending = octets("hello")
      #expect(transport.tryWrite(pending.span, Span()) == .failed(EPIPE))
      #expect(
        await outcome { () throws(TransportError) in
          try await transport.read(into: ByteBuffer(capacity: 16), from: 0, until: .never)
        } == .failure(.broken(ENOTSOCK)))
      #expect(
        await outcome { () throws(TransportError) in
          try await transport.write(pending.span, Span(), stall: .seconds(100))
        }.isFailure)
      transport.close()
    }
  }
}

extension Result {
  fileprivate var isFailure: Bool {
    if case .failure = self { true } else { false }
  }
}
