import EventLoop
import Glibc
import LoopTestSupport
import TestSupport
import Testing

@testable import Proxy

@Suite("The registry of client connections")
struct ConnectionRegistryTests {
  /// Connections without a socket: the registry only keeps them in order.
  private static func connections(_ count: Int, _ state: WorkerState) -> [DownstreamConnection] {
    let listener = listener()
    return (0..<count).map { _ in connection(-1, listener, state) }
  }

  private static func connection(
    _ descriptor: Int32, _ listener: ListenerRuntime, _ state: WorkerState
  ) -> DownstreamConnection {
    DownstreamConnection(
      Transport(descriptor: descriptor, on: state.loop), peer: nil, listener: listener,
      state: state)
  }

  @Test("behaves as an array does, in the order of activity", arguments: 1...4)
  func oracle(seed: UInt64) {
    let state = workerState(on: .forTest())
    let connections = Self.connections(24, state)
    defer { for connection in connections { connection.close() } }
    let registry = ConnectionRegistry()
    var random = SplitMix(state: seed)
    var ids = [Int32?](repeating: nil, count: connections.count)
    var order: [Int] = []
    for _ in 0..<1500 {
      let index = Int.random(in: 0..<connections.count, using: &random)
      switch (ids[index], Int.random(in: 0..<3, using: &random)) {
      case (nil, _):
        ids[index] = registry.add(connections[index])
        order.append(index)
      case (let id?, 0):
        registry.remove(id)
        ids[index] = nil
        order.removeAll { $0 == index }
      case (let id?, _):
        registry.touch(id)
        order.removeAll { $0 == index }
        order.append(index)
      }
      #expect(registry.count == order.count)
      let all = registry.oldest(.max) { _ in true }
      #expect(all.elementsEqual(order) { $0 === connections[$1] })
      let known = ids.compactMap { $0 }
      #expect(Set(known).count == known.count, "an id names one connection")
    }
  }

  @Test("gives the oldest of those asked for, and no more than asked for")
  func oldest() {
    let state = workerState(on: .forTest())
    let connections = Self.connections(6, state)
    defer { for connection in connections { connection.close() } }
    for index in [1, 3, 5] { connections[index].phase = .serving }
    let registry = state.connections
    #expect(registry.count == 6)
    let serving = registry.oldest(2) { $0.phase == .serving }
    #expect(serving.elementsEqual([connections[1], connections[3]]) { $0 === $1 })
    #expect(registry.oldest(0) { _ in true }.isEmpty)
    #expect(registry.oldest(.max) { $0.phase == .parked }.isEmpty)
  }

  @Test("a connection is in its worker's registry until it closes")
  func membership() {
    let state = workerState(on: .forTest())
    let connections = Self.connections(3, state)
    #expect(state.connections.count == 3)
    connections[1].close()
    connections[1].close()
    let rest = state.connections.oldest(.max) { _ in true }
    #expect(rest.elementsEqual([connections[0], connections[2]]) { $0 === $1 })
    connections[0].close()
    connections[2].close()
    #expect(state.connections.count == 0)
  }

  @Test("parking makes a connection the one that was active last")
  func parking() throws {
    let state = workerState(on: .forTest())
    // With sockets on which nobody says anything: what ends or comes would wake it.
    let pairs = try (0..<3).map { _ in try SocketPair(.unix) }
    defer { for pair in pairs { close(pair.far) } }
    let listener = listener()
    let connections = pairs.map { Self.connection($0.near, listener, state) }
    connections[0].phase = .idle
    connections[0].park()
    let order = state.connections.oldest(.max) { _ in true }
    #expect(
      order.elementsEqual([connections[1], connections[2], connections[0]]) { $0 === $1 })
    #expect(order.map(\.isParked) == [false, false, true])
    for connection in connections {
      connection.transport.reads.unwatch()
      connection.close()
    }
  }
}
