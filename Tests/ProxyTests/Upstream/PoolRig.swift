import Configuration
import EventLoop
import LoopTestSupport

@testable import Proxy

/// A pool on a loop, with connections to nobody in particular.
final class PoolRig {
  let loop: EventLoop
  let pool: ConnectionPool
  private let state: WorkerState
  private var peers: [ObjectIdentifier: Peer] = [:]

  init(on loop: EventLoop, _ configure: (inout PoolConfig) -> Void = { _ in }) {
    self.loop = loop
    state = workerState(on: loop)
    pool = ConnectionPool(SharedBackendTests.backend(), settings: Self.settings(configure))
  }

  private static func settings(_ configure: (inout PoolConfig) -> Void) -> PoolSettings {
    var config = PoolConfig()
    configure(&config)
    return PoolSettings(config)
  }

  func configure(_ configure: (inout PoolConfig) -> Void) {
    pool.settings = Self.settings(configure)
  }

  struct NoReservation: Error {}

  /// Opens a connection, with the right to do so.
  func open() throws -> BackendConnection {
    guard pool.reserve() else { throw NoReservation() }
    let pair = try SocketPair(.unix)
    let transport = Transport(descriptor: pair.near, on: loop)
    let connection = BackendConnection(transport, pool: pool, state: state)
    peers[ObjectIdentifier(connection)] = Peer(pair.far)
    openCountLimit += 1
    return connection
  }

  func checkIn(_ connection: BackendConnection) { pool.checkIn(connection, now: loop.now) }

  func checkOut() -> BackendConnection? { pool.checkOut(peeking: true, now: loop.now) }

  /// What the backend does with the connection.
  func happen(_ happening: ConnectionPoolTests.Happening, to connection: BackendConnection) {
    let peer = peers[ObjectIdentifier(connection)]
    switch happening {
    case .octets: peer?.send("HTTP/1.1 408 Request Timeout\r\n\r\n")
    case .halfClose: peer?.shutDownSending()
    case .close: peer?.close()
    }
  }

  private var openCountLimit = 0

  /// How many connections the backend's count says are open.
  var openCount: Int {
    (0...openCountLimit).first {
      !pool.shared.hasRoom(limit: $0) && pool.shared.hasRoom(limit: $0 + 1)
    } ?? -1
  }
}
