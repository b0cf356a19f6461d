import Bytes
import EventLoop

/// One backend as one worker meets it.
final class BackendRuntime {
  /// Where it stands in its cluster.
  let index: Int
  /// Name of the subcluster that it belongs to.
  let subcluster: String
  let address: SocketAddress
  /// What stands for it in a `Host` field.
  let hostField: [UInt8]
  /// Replaced by the worker's earlier pool for the same backend when the tables are adopted.
  @Cell var pool: ConnectionPool
  /// Requests in flight of the whole subcluster, if anybody wants to know.
  private let subclusterLoad: SharedCounter?

  init(
    index: Int, subcluster: String, address: SocketAddress, pool: ConnectionPool,
    subclusterLoad: SharedCounter? = nil
  ) {
    self.index = index
    self.subclusterLoad = subclusterLoad
    self.subcluster = subcluster
    self.address = address
    self.pool = pool
    // A unix socket has no authority of its own; what HTTP clients of such sockets say is localhost.
    hostField = Array((address.isUnix ? "localhost" : pool.shared.label).utf8)
  }

  /// A request goes to it.
  func began() {
    pool.shared.inFlight.add(1)
    subclusterLoad?.add(1)
  }

  /// A request has ended that ``began()`` was called for.
  func ended() {
    pool.shared.inFlight.add(-1)
    subclusterLoad?.add(-1)
  }

  /// Address and port, or path: what logs say.
  var label: String { pool.shared.label }
}
