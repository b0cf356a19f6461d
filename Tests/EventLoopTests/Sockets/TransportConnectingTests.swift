import Addressing
import Bytes
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Connecting")
struct TransportConnectingTests {
  private static let later = Interval.seconds(5)

  /// A bound socket of the loopback; without a backlog, connections to it are refused.
  private struct BoundSocket: ~Copyable {
    let descriptor: Int32
    let address: SocketAddress

    init() throws {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      self.descriptor = descriptor
      let any = SocketAddress(ListeningSocketTests.loopback, port: 0)
      let binding = unsafe any.withSockaddr { unsafe bind(descriptor, $0, $1) }
      try #require(binding == 0)
      var bound = SocketAddress()
      let outcome = unsafe bound.withMutableSockaddr { unsafe getsockname(descriptor, $0, $1) }
      try #require(outcome == 0)
      address = bound
    }

    deinit { _ = close(descriptor) }
  }

  /// Connects, and says what came of it.
  private static func connect(
    to address: SocketAddress, within interval: Interval, on loop: EventLoop
  ) async -> Result<Transport, TransportError> {
    await outcome {
      () async throws(TransportError) in
      let transport = try Transport.connecting(to: address, on: loop)
      try await transport.finishConnecting(until: loop.now + interval)
      return transport
    }
  }

  private static func failure<Success>(
    _ result: Result<Success, TransportError>
  ) -> TransportError? {
    if case .failure(let error) = result { error } else { nil }
  }

  @Test("a connection is open once it is established, and writes at once")
  func established() async throws {
    try await onLoop { runner in
      let (socket, address) = try AcceptorTests.listen()
      let transport = try await Self.connect(to: address, within: Self.later, on: runner.loop).get()
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(1))
      #expect(!transport.isPeerClosed && !transport.isReadable && transport.isQuiet())
      // Once more is no harm.
      try await transport.finishConnecting(until: runner.loop.now)
      #expect(socket.descriptor >= 0)
    }
  }

  @Test("nothing is written before the connection is established")
  func tooEarly() async throws {
    try await onLoop { runner in
      let (socket, address) = try AcceptorTests.listen()
      let transport = try Transport.connecting(to: address, on: runner.loop)
      #expect(transport.tryWrite(octets("x").span, Span()) == .octets(0))
      #expect(socket.descriptor >= 0)
    }
  }

  @Test("a refusal is told with its errno")
  func refused() async throws {
    try await onLoop { runner in
      let bound = try BoundSocket()
      let result = await Self.connect(to: bound.address, within: Self.later, on: runner.loop)
      #expect(Self.failure(result) == .broken(ECONNREFUSED))
    }
  }

  @Test("a refusal that comes before anybody waits for it is told too")
  func refusedBefore() async throws {
    try await onLoop { runner in
      let bound = try BoundSocket()
      let transport = try Transport.connecting(to: bound.address, on: runner.loop)
      #expect(await runner.turn { transport.isPeerClosed })
      let result = await outcome {
        () async throws(TransportError) in
        try await transport.finishConnecting(until: runner.loop.now + Self.later)
        return 0
      }
      #expect(result == .failure(.broken(ECONNREFUSED)))
    }
  }

  @Test("a unix socket that nobody listens on refuses at once")
  func refusedUnix() async throws {
    try await onLoop { runner in
      let path = TemporaryPath()
      let address = try #require(SocketAddress(.unix(path: path.text)))
      let missing = await Self.connect(to: address, within: Self.later, on: runner.loop)
      #expect(Self.failure(missing) == .broken(ENOENT))
      _ = try ListeningSocket(opening: .unix(path: path.text))
      let stale = await Self.connect(to: address, within: Self.later, on: runner.loop)
      #expect(Self.failure(stale) == .broken(ECONNREFUSED))
    }
  }

  /// Connects to `bound` until its backlog is full, so that the next one waits.
  private static func fill(
    _ bound: borrowing BoundSocket, on loop: EventLoop
  ) async -> (kept: [Transport], last: TransportError?) {
    guard listen(bound.descriptor, 0) == 0 else { return ([], nil) }
    var kept: [Transport] = []
    for _ in 0..<4 {
      switch await connect(to: bound.address, within: .milliseconds(50), on: loop) {
      case .success(let transport): kept.append(transport)
      case .failure(let error): return (kept, error)
      }
    }
    return (kept, nil)
  }

  @Test("a backend whose backlog is full keeps nobody beyond the deadline, or an abort")
  func fullBacklog() async throws {
    try await onLoop { runner in
      let bound = try BoundSocket()
      let (kept, last) = await Self.fill(bound, on: runner.loop)
      #expect(!kept.isEmpty && last == .timedOut)
      let transport = try Transport.connecting(to: bound.address, on: runner.loop)
      let connecting = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await outcome {
          () async throws(TransportError) in
          try await transport.finishConnecting(until: runner.loop.now + Self.later)
          return 0
        }
      }
      await runner.settle()
      #expect(transport.writes.isWaiting)
      transport.writes.abort()
      #expect(await connecting.value == .failure(.aborted))
    }
  }
}
