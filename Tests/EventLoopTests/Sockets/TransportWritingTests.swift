import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Writing to a transport")
struct TransportWritingTests {
  private static let later = Interval.seconds(5)
  /// More than any socket's buffers take, with a period that is no power of 2.
  private static let much: [UInt8] = {
    var octets = (0..<251).map { UInt8($0) }
    for _ in 0..<16 { octets += octets }
    return octets
  }()

  /// Sizes of head, body and tail.
  static let shapes = [(0, 0, 0), (3, 0, 0), (0, 3, 0), (0, 0, 3), (2, 3, 0), (2, 0, 4), (2, 3, 4)]

  @Test("one call writes head, body and tail, in order", arguments: shapes)
  func gathering(head: Int, body: Int, tail: Int) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let pieces = [(head, "h"), (body, "b"), (tail, "t")].map { count, letter in
        octets(String(repeating: letter, count: count))
      }
      let (h, b, t) = (pieces[0], pieces[1], pieces[2])
      let result = transport.tryWrite(h.span, b.span, t.span)
      #expect(result == .octets(head + body + tail))
      await runner.settle()
      #expect((peer.receive() ?? []) == pieces.flatMap { $0 })
    }
  }

  @Test("a write that blocks goes on when there is room", arguments: SocketPair.Kind.allCases)
  func goesOn(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        try await transport.write(octets("head").span, Self.much.span, stall: Self.later)
        transport.shutDownSending()
      }
      await runner.settle()
      #expect(transport.writes.isWaiting)
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(0))
      var received: [UInt8] = []
      #expect(
        await runner.turn {
          guard let piece = peer.receive(1 << 20) else { return false }
          received += piece
          return piece.isEmpty
        })
      try await writing.value
      #expect(received == octets("head") + Self.much)
    }
  }

  @Test("the head of a write may be longer than the socket takes")
  func longHead() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        try await transport.write(Self.much.span, octets("tail").span, stall: Self.later)
        transport.shutDownSending()
      }
      await runner.settle()
      var received: [UInt8] = []
      #expect(
        await runner.turn {
          guard let piece = peer.receive(1 << 20) else { return false }
          received += piece
          return piece.isEmpty
        })
      try await writing.value
      #expect(received == Self.much + octets("tail"))
    }
  }

  @Test("a peer that takes nothing stalls the write", arguments: SocketPair.Kind.allCases)
  func stall(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      let result = await outcome {
        () async throws(TransportError) in
        try await transport.write(Span(), Self.much.span, stall: .milliseconds(20))
        return 0
      }
      #expect(result == .failure(.timedOut))
      #expect(peer.receive(1)?.count == 1)
    }
  }

  @Test("an abort ends a write that waits, and nothing else")
  func abort() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      transport.abortWrites()
      try await transport.write(octets("ok").span, Span(), stall: Self.later)
      #expect(peer.receive() == octets("ok"))
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.write(Span(), Self.much.span, stall: Self.later)
          return 0
        }
      }
      await runner.settle()
      #expect(transport.writes.isWaiting)
      transport.abortWrites()
      #expect(await writing.value == .failure(.aborted))
    }
  }

  @Test("a peer that goes breaks a write that waits", arguments: SocketPair.Kind.allCases)
  func broken(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.write(Span(), Self.much.span, stall: Self.later)
          return 0
        }
      }
      await runner.settle()
      kind == .tcp ? peer.reset() : peer.close()
      let result = await writing.value
      #expect(result == .failure(.broken(ECONNRESET)) || result == .failure(.broken(EPIPE)))
    }
  }

  @Test("writing after the end fails, and raises no signal")
  func afterEnd() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      transport.shutDownSending()
      #expect(transport.tryWrite(octets("x").span, Span()) == .failed(EPIPE))
      #expect(peer.receive() == [])
      transport.close()
      #expect(transport.tryWrite(octets("x").span, Span()) == .failed(EPIPE))
    }
  }

  @Test("one may read while another writes and neither gets on")
  func bothWays() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.tcp, on: runner.loop)
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.write(Span(), Self.much.span, stall: Self.later)
          return 0
        }
      }
      await runner.settle()
      let reading = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return try await transport.read(
          into: ByteBuffer(capacity: 8), from: 0, until: runner.loop.now + Self.later)
      }
      await runner.settle()
      peer.send("x")
      #expect(try await reading.value == 1)
      #expect(transport.writes.isWaiting)
      transport.abortWrites()
      #expect(await writing.value == .failure(.aborted))
    }
  }
}
