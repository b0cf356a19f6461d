import Addressing
import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Accepting")
struct AcceptorTests {
  private static let later = Interval.seconds(5)

  static func listen() throws -> (ListeningSocket, SocketAddress) {
    let socket = try ListeningSocket(opening: .ip(ListeningSocketTests.loopback, port: 0))
    return (socket, try #require(SocketAddress(socket.bound)))
  }

  @Test("says when the loop cannot watch it")
  func notWatched() async throws {
    try await onLoop { runner in
      let (socket, _) = try Self.listen()
      let first = Acceptor(socket, on: runner.loop)
      #expect(first.resume())
      // One set watches a descriptor once.
      let second = Acceptor(socket, on: runner.loop)
      #expect(!second.resume())
      first.pause()
      #expect(second.resume())
    }
  }

  @Test("waits for a connection and says who it is from")
  func accepting() async throws {
    try await onLoop { runner in
      let (socket, address) = try Self.listen()
      let acceptor = Acceptor(socket, on: runner.loop)
      let waiting = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await acceptor.wait(until: runner.loop.now + Self.later)
      }
      await runner.settle()
      let client = try Transport.connecting(to: address, on: runner.loop)
      #expect(await waiting.value == .ready)
      guard case .accepted(let descriptor, let peer) = acceptor.tryAccept() else {
        Issue.record("nothing was accepted")
        return
      }
      #expect(peer.ip?.address == ListeningSocketTests.loopback)
      #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
      #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
      // Both ends are one connection.
      try await client.finishConnecting(until: runner.loop.now + Self.later)
      try await client.write(octets("hello").span, Span(), stall: Self.later)
      let server = Transport(descriptor: descriptor, on: runner.loop)
      let buffer = ByteBuffer(capacity: 16)
      #expect(
        try await server.read(into: buffer, from: 0, until: runner.loop.now + Self.later) == 5)
      #expect(buffer.text(0..<5) == "hello")
      guard case .wouldBlock = acceptor.tryAccept() else {
        Issue.record("there was one connection only")
        return
      }
    }
  }

  @Test("a backlog that was not emptied is told of again")
  func levelTriggered() async throws {
    try await onLoop { runner in
      let (socket, address) = try Self.listen()
      let acceptor = Acceptor(socket, on: runner.loop)
      let clients = try (0..<3).map { _ in
        try Transport.connecting(to: address, on: runner.loop)
      }
      var accepted = 0
      while accepted < clients.count {
        #expect(await acceptor.wait(until: runner.loop.now + Self.later) == .ready)
        if case .accepted(let descriptor, _) = acceptor.tryAccept() {
          accepted += 1
          _ = close(descriptor)
        }
        await runner.loop.yieldTurn()
      }
      #expect(accepted == 3)
    }
  }

  @Test("a paused acceptor hears nothing until it goes on")
  func pausing() async throws {
    try await onLoop { runner in
      let (socket, address) = try Self.listen()
      let acceptor = Acceptor(socket, on: runner.loop)
      acceptor.pause()
      acceptor.pause()
      let client = try Transport.connecting(to: address, on: runner.loop)
      try await client.finishConnecting(until: runner.loop.now + Self.later)
      #expect(await acceptor.wait(until: runner.loop.now + .milliseconds(1)) == .deadline)
      acceptor.resume()
      acceptor.resume()
      #expect(await acceptor.wait(until: runner.loop.now + Self.later) == .ready)
    }
  }

  @Test("an abort ends the wait")
  func abort() async throws {
    try await onLoop { runner in
      let (socket, _) = try Self.listen()
      let acceptor = Acceptor(socket, on: runner.loop)
      let waiting = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await acceptor.wait()
      }
      await runner.settle()
      acceptor.abort()
      #expect(await waiting.value == .aborted)
    }
  }

  @Test("two loops share a socket, and each connection goes to one of them")
  func sharing() async throws {
    let (socket, address) = try Self.listen()
    let total = 20
    @Sendable func accept(_ runner: isolated LoopRunner) async -> Int {
      let acceptor = Acceptor(socket, on: runner.loop)
      var accepted = 0
      while await acceptor.wait(until: runner.loop.now + .milliseconds(100)) == .ready {
        while case .accepted(let descriptor, _) = acceptor.tryAccept() {
          accepted += 1
          _ = close(descriptor)
        }
      }
      return accepted
    }
    async let first = onLoop { await accept($0) }
    async let second = onLoop { await accept($0) }
    try await onLoop { runner in
      for _ in 0..<total {
        let client = try Transport.connecting(to: address, on: runner.loop)
        try await client.finishConnecting(until: runner.loop.now + Self.later)
      }
    }
    let sum = try await first + second
    #expect(sum == total)
  }

  @Test("a unix socket's clients have no address")
  func unixClients() async throws {
    try await onLoop { runner in
      let path = TemporaryPath()
      let socket = try ListeningSocket(opening: .unix(path: path.text))
      let acceptor = Acceptor(socket, on: runner.loop)
      let address = try #require(SocketAddress(.unix(path: path.text)))
      let client = try Transport.connecting(to: address, on: runner.loop)
      try await client.finishConnecting(until: runner.loop.now + Self.later)
      #expect(await acceptor.wait(until: runner.loop.now + Self.later) == .ready)
      guard case .accepted(let descriptor, let peer) = acceptor.tryAccept() else {
        Issue.record("nothing was accepted")
        return
      }
      _ = close(descriptor)
      #expect(peer.isUnix && peer.ip == nil)
    }
  }
}
