import Configuration
import Proxy

/// What serves, and what it was made of.
struct Service: Sendable {
  let workers: WorkerGroup
  let accessLog: AccessLogWriter
  /// What the process was started with; the rest of its life it cannot change.
  let startup: StartupConfig
  /// Without what its names stand for, which changes: see ``NameWatch/found``.
  var resolved: ResolvedConfiguration
  var sockets: [OpenSockets]
  /// What is served, and shown to backends.
  var certificates: [CertificateStatus] = []

  var routing: RoutingConfig { resolved.routing }
}
