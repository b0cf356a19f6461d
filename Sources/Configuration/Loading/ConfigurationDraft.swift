import Addressing

/// What the files say, before the names in it are resolved.
struct ConfigurationDraft {
  var startup = StartupConfig()
  /// All but listeners, routes and clusters.
  var routing = RoutingConfig()
  var listeners: [ListenerDraft] = []
  var routes: [RouteDraft] = []
  var clusters: [ClusterConfig] = []
  /// Where operators come in, by the control socket and `admin`, and where each address stands.
  private(set) var adminBindings: [(endpoint: Endpoint, node: Node)] = []

  /// Where each name was first defined.
  private var listenerPlaces: [String: SourceLocation] = [:]
  private var clusterPlaces: [String: SourceLocation] = [:]

  enum Key: String, ObjectKey {
    /// For editors; not read.
    case schema = "$schema"
    case include, listeners, routes, clusters, workers, logging, admin, metrics, tracing, resolver
    case controlSocket = "control_socket"
    case maxConnections = "max_connections"
    case shutdownDelay = "shutdown_delay"
    case drainTimeout = "drain_timeout"

    static let later: Set<String> = [
      "certificates", "health", "rate_limits", "tls",
    ]
  }

  /// - Returns: Whether it is an object.
  mutating func addListeners(_ node: Node) -> Bool {
    guard let members = node.namedMembers() else { return false }
    for (name, node) in members {
      note(name, node, in: &listenerPlaces)
      listeners.append(ListenerDraft(name: name, decoding: node))
    }
    return true
  }

  /// - Returns: Whether it is an object.
  mutating func addClusters(_ node: Node) -> Bool {
    guard let members = node.namedMembers() else { return false }
    for (name, node) in members {
      note(name, node, in: &clusterPlaces)
      clusters.append(ClusterConfig(name: name, decoding: node))
    }
    return true
  }

  mutating func addRoutes(_ node: Node) {
    for node in node.elements() ?? [] { routes.append(RouteDraft(decoding: node)) }
  }

  private func note(_ name: String, _ node: Node, in places: inout [String: SourceLocation]) {
    if let first = places[name] {
      node.fail("is defined already, at \(first)")
    } else {
      places[name] = node.location
    }
  }

  /// Takes a key that only the main file may have.
  mutating func readSetting(_ key: Key, _ node: Node) {
    switch key {
    case .workers:
      if let number = node.integer(in: 1...1024) { startup.workers = number }
    case .controlSocket:
      startup.controlSocket = Self.socketPath(node)
      if let path = startup.controlSocket { adminBindings.append((.unix(path: path), node)) }
    case .maxConnections:
      if let number = node.integer(in: Ranges.connections) { routing.maxConnections = number }
    case .shutdownDelay:
      if let time = node.duration(in: Ranges.optionalTime) { routing.shutdownDelay = time }
    case .drainTimeout:
      if let time = node.duration(in: Ranges.optionalTime) { routing.drainTimeout = time }
    case .logging:
      routing.logging = LoggingConfig(decoding: node)
    case .admin: startup.admin = AdminConfig(decoding: node, bindings: &adminBindings)
    case .metrics: routing.metrics = MetricsConfig(decoding: node)
    case .resolver:
      routing.resolver = ResolverConfig(decoding: node)
    case .tracing: routing.tracing = TracingConfig(decoding: node)
    case .schema, .include, .listeners, .routes, .clusters:
      preconditionFailure("not a setting")
    }
  }
}

extension ConfigurationDraft {
  private static func socketPath(_ node: Node) -> String? {
    guard let path = node.string() else { return nil }
    // The rules of an endpoint's path are those of any unix socket.
    do throws(EndpointError) {
      _ = try Endpoint.backend("unix:\(path)")
      return path
    } catch {
      node.fail(error == .badUnixPath ? "expected an absolute path" : "\(error)")
      return nil
    }
  }
}
