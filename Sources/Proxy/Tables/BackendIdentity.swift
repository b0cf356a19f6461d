import Addressing
import Configuration
import EventLoop

/// What makes a backend the same one before and after a reload.
struct BackendIdentity: Hashable, Sendable {
  let cluster: String
  let subcluster: String
  let endpoint: Endpoint

  /// The backends of `subcluster`, with their addresses and weights. A name stands for all of its
  /// addresses, each with the name's weight.
  static func all(
    of subcluster: SubclusterConfig, in cluster: String, addresses: [String: [IPAddress]]
  ) -> [(BackendIdentity, SocketAddress, weight: Int)] {
    subcluster.backends.flatMap { backend in
      let endpoints: [Endpoint] =
        if case .name(let name, let port) = backend.address {
          (addresses[name] ?? []).map { .ip($0, port: port) }
        } else {
          [backend.address]
        }
      return endpoints.compactMap { endpoint in
        SocketAddress(endpoint).map {
          let identity = BackendIdentity(
            cluster: cluster, subcluster: subcluster.name, endpoint: endpoint)
          return (identity, $0, backend.weight)
        }
      }
    }
  }
}
