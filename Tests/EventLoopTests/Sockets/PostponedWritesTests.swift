import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Small writes wait for the end of the turn")
struct PostponedWritesTests {
  private static let later = Interval.seconds(5)

  /// Everything until the end of the stream, or until nothing more is there.
  private static func drain(_ peer: Peer) -> (octets: [UInt8], hasEnded: Bool) {
    var received: [UInt8] = []
    while let piece = peer.receive(1 << 20) {
      if piece.isEmpty { return (received, true) }
      received += piece
    }
    return (received, false)
  }

  /// Writes until a peer that reads nothing has left a backlog.
  ///
  /// - Returns: What was taken as written.
  private static func fill(_ transport: Transport) -> [UInt8] {
    var taken: [UInt8] = []
    while taken.count < 1 << 24 {
      let piece = (0..<PostponedWrites.longest).map { UInt8(truncatingIfNeeded: taken.count + $0) }
      guard transport.tryWrite(piece.span, Span()) == .octets(piece.count) else { break }
      taken += piece
    }
    return taken
  }

  @Test(
    "they are sent at its end, those of one transport as one", arguments: SocketPair.Kind.allCases)
  func turnEnd(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      #expect(transport.tryWrite(octets("a").span, octets("b").span) == .octets(2))
      #expect(transport.tryWrite(octets("c").span, Span()) == .octets(1))
      #expect(peer.receive() == nil)
      #expect(transport.mayHaveSent)
      await runner.settle()
      #expect(peer.receive() == octets("abc"))
      #expect(transport.mayHaveSent)
      transport.beginMessage()
      #expect(!transport.mayHaveSent)
    }
  }

  /// Sizes of the writes of one turn, to the transport of the same index modulo the number of
  /// transports.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let transports: Int
    let sizes: [Int]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "by turns", transports: 2, sizes: [1, 2, 3, 4, 5]),
    Case(name: "more than are kept", transports: 3, sizes: Array(repeating: 7, count: 500)),
    Case(
      name: "more octets than are kept", transports: 2, sizes: Array(repeating: 4096, count: 40)),
    Case(name: "a large one after small ones", transports: 1, sizes: [1, 2, 5000, 3]),
    Case(
      name: "large ones among others' small ones", transports: 2, sizes: [1, 2, 5000, 4, 3, 9000]),
    Case(name: "the longest, and one octet more", transports: 1, sizes: [4096, 4097, 4096]),
  ]

  @Test("what is written to one arrives in its order", arguments: cases)
  func order(_ each: Case) async throws {
    try await onLoop { runner in
      let ends = try (0..<each.transports).map { _ in try connected(.unix, on: runner.loop) }
      var written: [[UInt8]] = Array(repeating: [], count: ends.count)
      for (index, size) in each.sizes.enumerated() {
        let piece = (0..<size).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0) }
        #expect(ends[index % ends.count].0.tryWrite(Span(), piece.span) == .octets(size))
        written[index % ends.count] += piece
      }
      await runner.settle()
      for (end, octets) in zip(ends, written) { #expect(Self.drain(end.1).octets == octets) }
    }
  }

  @Test("what the kernel does not take is kept, and goes out before anything else")
  func backlog() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let taken = Self.fill(transport)
      #expect(transport.hasBacklog)
      #expect(!transport.isQuiet())
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(0))
      var received: [UInt8] = []
      #expect(
        await runner.turn {
          received += Self.drain(peer).octets
          return received.count == taken.count
        })
      #expect(received == taken)
      #expect(!transport.hasBacklog)
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(1))
      await runner.settle()
      #expect(peer.receive() == octets("x"))
    }
  }

  enum End: Sendable, CaseIterable { case shutDownSending, finishAndClose }

  @Test("an end comes after what is kept", arguments: End.allCases)
  func ends(_ end: End) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let taken = Self.fill(transport)
      let ending = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        switch end {
        case .shutDownSending: transport.shutDownSending()
        case .finishAndClose:
          try await transport.finishWriting(stall: Self.later)
          transport.close()
        }
      }
      var received: [UInt8] = []
      #expect(
        await runner.turn {
          let (octets, hasEnded) = Self.drain(peer)
          received += octets
          return hasEnded
        })
      try await ending.value
      #expect(received == taken)
    }
  }

  @Test("an end sends what was written in the same turn")
  func endsAtOnce() async throws {
    try await onLoop { runner in
      for end in [Transport.shutDownSending, Transport.shutDown, Transport.close] {
        let (transport, peer) = try connected(.unix, on: runner.loop)
        #expect(transport.tryWrite(octets("last").span, Span()) == .octets(4))
        end(transport)()
        #expect(Self.drain(peer) == (octets("last"), true))
        #expect(transport.tryWrite(octets("x").span, Span()) == .failed(EPIPE))
      }
    }
  }

  @Test("who waits for a peer that takes nothing waits no longer than it may")
  func stall() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      _ = Self.fill(transport)
      let result = await outcome {
        () async throws(TransportError) in
        try await transport.finishWriting(stall: .milliseconds(20))
        return 0
      }
      #expect(result == .failure(.timedOut))
      #expect(peer.receive(1)?.count == 1)
    }
  }

  @Test("a peer that is gone loses what was written, and the next write fails")
  func lost() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      peer.close()
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(1))
      // For all that is known now, the peer may get it.
      #expect(transport.mayHaveSent)
      await runner.settle()
      #expect(!transport.mayHaveSent)
      #expect(transport.tryWrite(octets("y").span, Span()) == .failed(EPIPE))
    }
  }

  @Test("a peer that goes frees what is kept for it, and wakes who waits to write")
  func gone() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      _ = Self.fill(transport)
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.write(octets("x").span, Span(), stall: Self.later)
          return 0
        }
      }
      await runner.settle()
      peer.close()
      #expect(await writing.value == .failure(.broken(EPIPE)))
      #expect(!transport.hasBacklog)
    }
  }
}
