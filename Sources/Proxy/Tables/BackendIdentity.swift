import Addressing
import Configuration
import EventLoop

/// What makes a backend the same one before and after a reload.
struct BackendIdentity: Hashable, Sendable {
  let cluster: String
  let subcluster: String
  let endpoint: Endpoint
  /// nil: nobody is verified, as nothing is encrypted.
  let verified: VerifiedPeer?

  init(
    cluster: String, subcluster: String, endpoint: Endpoint, verified: VerifiedPeer? = nil
  ) {
    self.cluster = cluster
    self.subcluster = subcluster
    self.endpoint = endpoint
    self.verified = verified
  }

  /// The backends of `subcluster`, with their addresses and weights. A name stands for all of its
  /// addresses, each with the name's weight.
  static func all(
    of subcluster: SubclusterConfig, in cluster: ClusterConfig,
    _ configuration: ResolvedConfiguration
  ) -> [(BackendIdentity, SocketAddress, weight: Int)] {
    subcluster.backends.flatMap { backend in
      let verified = VerifiedPeer(
        cluster.tls, material: configuration.tls.clusters[cluster.name], backend: backend.address)
      let endpoints: [Endpoint] =
        if case .name(let name, let port) = backend.address {
          (configuration.addresses[name] ?? []).map { .ip($0, port: port) }
        } else {
          [backend.address]
        }
      return endpoints.compactMap { endpoint in
        SocketAddress(endpoint).map {
          let identity = BackendIdentity(
            cluster: cluster.name, subcluster: subcluster.name, endpoint: endpoint,
            verified: verified)
          return (identity, $0, backend.weight)
        }
      }
    }
  }
}
