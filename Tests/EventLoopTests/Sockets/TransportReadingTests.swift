import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Reading from a transport")
struct TransportReadingTests {
  private static let soon = Interval.milliseconds(20)
  private static let later = Interval.seconds(5)

  @Test("reads what is there, then waits for more", arguments: SocketPair.Kind.allCases)
  func pieces(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      let buffer = ByteBuffer(capacity: 64)
      #expect(transport.tryRead(into: buffer, from: 0) == .wouldBlock)
      for text in ["one", "second", "3"] {
        let reading = Task.immediate(executorPreference: runner.loop) {
          _ = runner
          return try await transport.read(
            into: buffer, from: 4, until: runner.loop.now + Self.later)
        }
        await runner.settle()
        #expect(transport.reads.isWaiting)
        peer.send(text)
        #expect(try await reading.value == text.utf8.count)
        #expect(buffer.text(4..<4 + text.utf8.count) == text)
      }
    }
  }

  @Test("octets beyond the room stay for the next read", arguments: [1, 2, 3, 7, 26, 27])
  func room(capacity: Int) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.tcp, on: runner.loop)
      peer.send("abcdefghijklmnopqrstuvwxyz")
      let buffer = ByteBuffer(capacity: capacity)
      var text = ""
      while text.utf8.count < 26 {
        let count = try await transport.read(
          into: buffer, from: 0, until: runner.loop.now + Self.later)
        text += buffer.text(0..<count)
      }
      #expect(text == "abcdefghijklmnopqrstuvwxyz")
      #expect(transport.tryRead(into: buffer, from: 0) == .wouldBlock)
    }
  }

  @Test("a short read drains the socket", arguments: SocketPair.Kind.allCases)
  func shortRead(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      peer.send("ab")
      #expect(await runner.turn { transport.isReadable })
      #expect(transport.tryRead(into: ByteBuffer(capacity: 2), from: 0) == .octets(2))
      // A full read does not.
      #expect(transport.isReadable)
      #expect(transport.tryRead(into: ByteBuffer(capacity: 2), from: 0) == .wouldBlock)
      #expect(!transport.isReadable)
      peer.send("ab")
      #expect(await runner.turn { transport.isReadable })
      #expect(transport.tryRead(into: ByteBuffer(capacity: 3), from: 0) == .octets(2))
      #expect(!transport.isReadable)
    }
  }

  /// How the peer ends, with or without octets before.
  struct Ending: Sendable, CustomTestStringConvertible {
    let kind: SocketPair.Kind
    let octets: String
    let isWhole: Bool
    var testDescription: String {
      "\(kind), \(octets.utf8.count) octets, \(isWhole ? "both halves" : "sending half")"
    }
  }

  static let endings = SocketPair.Kind.allCases.flatMap { kind in
    ["", "abc"].flatMap { octets in
      [true, false].map { Ending(kind: kind, octets: octets, isWhole: $0) }
    }
  }

  @Test("an end that comes with the same edge as octets is not slept over", arguments: endings)
  func endWithOctets(_ c: Ending) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(c.kind, on: runner.loop)
      if !c.octets.isEmpty { peer.send(c.octets) }
      c.isWhole ? peer.close() : peer.shutDownSending()
      #expect(await runner.turn { transport.isPeerClosed })
      let buffer = ByteBuffer(capacity: 64)
      let deadline = runner.loop.now + Self.later
      if !c.octets.isEmpty {
        #expect(try await transport.read(into: buffer, from: 0, until: deadline) == 3)
      }
      #expect(transport.isReadable)
      #expect(transport.tryRead(into: buffer, from: 0) == .endOfStream)
      #expect(try await transport.read(into: buffer, from: 0, until: deadline) == 0)
    }
  }

  @Test("an end that comes after an edge wakes the reader", arguments: endings)
  func endAfterEdge(_ c: Ending) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(c.kind, on: runner.loop)
      let buffer = ByteBuffer(capacity: 64)
      let deadline = runner.loop.now + Self.later
      if !c.octets.isEmpty {
        peer.send(c.octets)
        #expect(try await transport.read(into: buffer, from: 0, until: deadline) == 3)
      }
      let reading = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return try await transport.read(into: buffer, from: 0, until: deadline)
      }
      await runner.settle()
      #expect(transport.reads.isWaiting)
      c.isWhole ? peer.close() : peer.shutDownSending()
      #expect(try await reading.value == 0)
      #expect(transport.isPeerClosed)
    }
  }

  @Test("after the peer has closed its sending half it still gets what we write")
  func halfClose() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.tcp, on: runner.loop)
      peer.shutDownSending()
      #expect(await runner.turn { transport.isPeerClosed })
      try await transport.write(octets("late").span, Span(), stall: Self.later)
      var received: [UInt8]?
      #expect(
        await runner.turn {
          received = peer.receive()
          return received != nil
        })
      #expect(received == octets("late"))
    }
  }

  @Test("a reset breaks the read")
  func reset() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.tcp, on: runner.loop)
      let reading = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.read(
            into: ByteBuffer(capacity: 64), from: 0, until: runner.loop.now + Self.later)
        }
      }
      await runner.settle()
      peer.reset()
      #expect(await reading.value == .failure(.broken(ECONNRESET)))
    }
  }

  @Test("what we close with a reset is one for the peer")
  func ownReset() async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.tcp)
      let ours = Transport(descriptor: pair.near, on: runner.loop)
      let theirs = Transport(descriptor: pair.far, on: runner.loop)
      ours.resetOnClose()
      ours.close()
      let result = await outcome {
        () async throws(TransportError) in
        try await theirs.read(
          into: ByteBuffer(capacity: 64), from: 0, until: runner.loop.now + Self.later)
      }
      #expect(result == .failure(.broken(ECONNRESET)))
    }
  }

  @Test("a read ends at its deadline, and goes on after it")
  func deadline() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let buffer = ByteBuffer(capacity: 64)
      let result = await outcome {
        () async throws(TransportError) in
        try await transport.read(into: buffer, from: 0, until: runner.loop.now + Self.soon)
      }
      #expect(result == .failure(.timedOut))
      peer.send("x")
      #expect(
        try await transport.read(into: buffer, from: 0, until: runner.loop.now + Self.later) == 1)
    }
  }

  @Test("an abort ends the read, not the connection")
  func abort() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      let buffer = ByteBuffer(capacity: 64)
      let reading = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.read(into: buffer, from: 0, until: .never)
        }
      }
      await runner.settle()
      transport.reads.abort()
      #expect(await reading.value == .failure(.aborted))
      peer.send("x")
      #expect(
        try await transport.read(into: buffer, from: 0, until: runner.loop.now + Self.later) == 1)
    }
  }

  @Test("shutting down from elsewhere ends the read", arguments: SocketPair.Kind.allCases)
  func shutDown(_ kind: SocketPair.Kind) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(kind, on: runner.loop)
      let reading = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return try await transport.read(into: ByteBuffer(capacity: 64), from: 0, until: .never)
      }
      await runner.settle()
      transport.shutDown()
      #expect(try await reading.value == 0)
      #expect(transport.isOpen)
      transport.close()
      transport.close()
      #expect(!transport.isOpen)
      #expect(await runner.turn { peer.receive() == [] })
    }
  }

  @Test("a hang-up aborts the point that is watched for it", arguments: endings)
  func hangUp(_ c: Ending) async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(c.kind, on: runner.loop)
      let point = WaitPoint(on: runner.loop)
      transport.abortedByHangUp = point
      let waiting = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await point.wait(until: runner.loop.now + Self.later)
      }
      await runner.settle()
      if !c.octets.isEmpty {
        peer.send(c.octets)
        #expect(await runner.turn { transport.isReadable })
        #expect(point.isWaiting, "octets are no hang-up")
      }
      c.isWhole ? peer.close() : peer.shutDownSending()
      #expect(await waiting.value == .aborted)
    }
  }

  @Test("an event for a closed transport goes nowhere, even if a duplicate keeps the socket open")
  func duplicate() async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.unix)
      let copy = Peer(dup(pair.near))
      let peer = Peer(pair.far)
      let transport = Transport(descriptor: pair.near, on: runner.loop)
      transport.close()
      peer.send("x")
      await runner.loop.yieldTurn()
      #expect(!transport.isReadable)
      #expect(copy.receive() == octets("x"))
    }
  }
}
