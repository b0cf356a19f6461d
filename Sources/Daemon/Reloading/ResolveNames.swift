import Addressing
import Configuration
import Proxy
import System

/// Looks up the names of all backends.
///
/// - Returns: The configuration with their addresses, or a problem for each backend whose name has
///   none.
func resolveNames(
  of routing: RoutingConfig, tls: TLSMaterial = TLSMaterial(), secrets: [String: [UInt8]] = [:]
) async -> (resolved: ResolvedConfiguration?, problems: [ConfigurationProblem]) {
  let backends = routing.clusters.flatMap { cluster in
    cluster.subclusters.flatMap { subcluster in
      subcluster.backends.map { (cluster: cluster.name, backend: $0) }
    }
  }
  let names = Set(backends.compactMap { $0.backend.address.hostName })
  let outcomes = await NameLookup.addresses(of: names)
  var addresses: [String: [IPAddress]] = [:]
  var failures: [String: NameLookup.Failure] = [:]
  for (name, outcome) in outcomes {
    switch outcome {
    case .success(let found): addresses[name] = found
    case .failure(let failure): failures[name] = failure
    }
  }
  let problems = backends.compactMap { cluster, backend -> ConfigurationProblem? in
    guard let name = backend.address.hostName, let failure = failures[name] else { return nil }
    return ConfigurationProblem(
      .error, at: backend.location, path: "clusters.\(cluster)",
      message: "cannot resolve \(name): \(failure.text)")
  }
  guard problems.isEmpty else { return (nil, problems) }
  return (
    ResolvedConfiguration(routing: routing, addresses: addresses, tls: tls, secrets: secrets), []
  )
}

extension Endpoint {
  fileprivate var hostName: String? {
    if case .name(let name, _) = self { name } else { nil }
  }
}

extension NameLookup.Failure {
  fileprivate var text: String {
    switch self {
    case .refused(let reason): reason
    case .noThread: "no thread to look it up"
    }
  }
}
