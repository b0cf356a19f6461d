public import Configuration
import Proxy
import TLS

/// Reads the files that a configuration names for TLS and for secrets, and checks what is in them.
///
/// - Parameters:
///   - now: In seconds since 1970.
///   - served: What is served now; nil if nothing is. A certificate that has expired is an error
///     when it is to take the place of another, and else a warning: it may be all that there is,
///     and must not hinder anything else.
/// - Returns: nothing to serve with if any problem is an error.
func loadCredentials(
  of routing: RoutingConfig, from files: some FileSource, now: Int64, served: [CertificateStatus]?
) -> (
  material: TLSMaterial?, secrets: [String: [UInt8]], certificates: [CertificateStatus],
  problems: [ConfigurationProblem]
) {
  var loader = CredentialLoader(files: files, now: now, served: served)
  for listener in routing.listeners {
    if let tls = listener.tls { loader.load(tls, listener: listener.name) }
  }
  for cluster in routing.clusters {
    if let tls = cluster.tls { loader.load(tls, cluster: cluster) }
    if case .file(let file)? = cluster.sticky?.secret { loader.loadSecret(file) }
  }
  let isGood = !loader.problems.contains { $0.severity == .error }
  return (
    isGood ? loader.material : nil, loader.secrets, loader.certificates, loader.problems
  )
}

/// What is wrong with the files that a configuration names for TLS and for secrets; for
/// `portico check`.
public func credentialProblems(of routing: RoutingConfig, now: Int64) -> [ConfigurationProblem] {
  loadCredentials(of: routing, from: DiskFiles(), now: now, served: nil).problems
}

/// Reads the files that a configuration names for secrets.
func loadSecrets(
  of routing: RoutingConfig, from files: some FileSource
) -> (secrets: [String: [UInt8]], problems: [ConfigurationProblem]) {
  var loader = CredentialLoader(files: files, now: 0, served: nil)
  for cluster in routing.clusters {
    if case .file(let file)? = cluster.sticky?.secret { loader.loadSecret(file) }
  }
  return (loader.secrets, loader.problems)
}
