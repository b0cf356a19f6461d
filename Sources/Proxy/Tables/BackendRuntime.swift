import Bytes
import EventLoop

/// One backend as one worker meets it.
final class BackendRuntime {
  /// Name of the subcluster that it belongs to.
  let subcluster: String
  let address: SocketAddress
  /// What stands for it in a `Host` field.
  let hostField: [UInt8]
  /// Replaced by the worker's earlier pool for the same backend when the tables are adopted.
  @Cell var pool: ConnectionPool

  init(subcluster: String, address: SocketAddress, pool: ConnectionPool) {
    self.subcluster = subcluster
    self.address = address
    self.pool = pool
    // A unix socket has no authority of its own; what HTTP clients of such sockets say is localhost.
    hostField = Array((address.isUnix ? "localhost" : pool.shared.label).utf8)
  }

  /// Address and port, or path: what logs say.
  var label: String { pool.shared.label }
}
