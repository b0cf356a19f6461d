import Addressing
import Configuration
import EventLoop
import Names

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

  /// The same whatever it is verified by: what operators mean, and what is known of how it fares.
  var place: BackendIdentity {
    BackendIdentity(cluster: cluster, subcluster: subcluster, endpoint: endpoint)
  }

  /// The backends of `subcluster`, with their addresses, weights and states. A name stands for all
  /// of its addresses, each with the name's state and weight; of a service that is multiplied by
  /// the record's.
  static func all(
    of subcluster: SubclusterConfig, in cluster: ClusterConfig,
    _ configuration: ResolvedConfiguration
  ) -> [(BackendIdentity, SocketAddress, weight: Int, state: BackendConfig.State)] {
    subcluster.backends.flatMap { backend in
      let verified = VerifiedPeer(
        cluster.tls, material: configuration.tls.clusters[cluster.name], backend: backend.address)
      return places(of: backend, in: cluster, configuration).compactMap { endpoint, weight in
        SocketAddress(endpoint).map {
          let identity = BackendIdentity(
            cluster: cluster.name, subcluster: subcluster.name, endpoint: endpoint,
            verified: verified)
          return (identity, $0, weight, backend.state)
        }
      }
    }
  }

  private static func places(
    of backend: BackendConfig, in cluster: ClusterConfig, _ configuration: ResolvedConfiguration
  ) -> [(Endpoint, weight: Int)] {
    guard let name = BackendName(backend.address, cluster.names) else {
      return [(backend.address, backend.weight)]
    }
    let given: UInt16 = if case .name(_, let port) = backend.address { port } else { 0 }
    return (configuration.names[name] ?? []).map { found in
      (.ip(found.address, port: found.port ?? given), backend.weight * found.weight)
    }
  }
}
