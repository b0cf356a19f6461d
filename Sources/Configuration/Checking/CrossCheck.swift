import Addressing

/// What no part of the configuration can see alone: names that must be known, addresses that must
/// be free. Dictionaries throughout, since there may be a hundred thousand of everything.
struct CrossCheck {
  let draft: ConfigurationDraft
  /// Whether every file was read whole; if not, what seems missing is not reported.
  let isComplete: Bool
  let log: ProblemLog

  /// The configuration with names turned into indices, after everything that is wrong is reported.
  func resolved(mainFile: String) -> RoutingConfig {
    var routing = draft.routing
    routing.listeners = draft.listeners.map(\.config)
    routing.clusters = draft.clusters
    if isComplete, draft.listeners.isEmpty {
      let place = SourceLocation(file: mainFile, line: 1, column: 1)
      log.add(
        ConfigurationProblem(
          .error, at: place, path: "listeners", message: "at least one listener is needed"))
    }
    checkBindings()
    let listeners = indices(of: draft.listeners.map(\.config.name))
    let clusters = indices(of: draft.clusters.map(\.name))
    routing.routes = draft.routes.enumerated().map { index, route in
      resolve(route, index: index, listeners: listeners, clusters: clusters)
    }
    checkRouteNames()
    // With names unresolved, routes look alike that are not.
    if !log.hasErrors { ShadowedRoutes(drafts: draft.routes, routing: routing).report() }
    return routing
  }

  private func indices(of names: [String]) -> [String: Int] {
    Dictionary(zip(names, names.indices), uniquingKeysWith: min)
  }

  private func resolve(
    _ route: RouteDraft, index: Int, listeners: [String: Int], clusters: [String: Int]
  ) -> RouteConfig {
    var config = route.config
    if config.name.isEmpty { config.name = "routes[\(index)]" }
    if let cluster = find(route.cluster, in: clusters, what: "cluster") {
      config.action = .forward(cluster: cluster)
    }
    if case .forward(let index) = config.action { check(route, with: draft.clusters[index]) }
    for node in route.listeners {
      guard let listener = find(node, in: listeners, what: "listener") else { continue }
      if config.listeners.contains(listener) {
        node.warn("is listed twice")
      } else {
        config.listeners.append(listener)
      }
    }
    return config
  }

  /// The index of what `node` names.
  private func find(_ node: Node?, in known: [String: Int], what: String) -> Int? {
    guard let node, let name = node.string() else { return nil }
    if let index = known[name] { return index }
    if isComplete {
      let hint = node.suggestion(for: name, among: known.keys.sorted())
      node.fail("there is no \(what) \"\(name)\"\(hint)")
    }
    return nil
  }

  /// What a route asks for and backends that speak another protocol cannot do.
  private func check(_ route: RouteDraft, with cluster: ClusterConfig) {
    switch cluster.protocol {
    case .http1:
      guard route.config.grpc == .always else { return }
      route.grpc?.warn("gRPC takes HTTP/2; the protocol of cluster \"\(cluster.name)\" is http1")
    case .http2:
      guard !route.config.upgrades.isEmpty else { return }
      route.upgrades?.warn(
        "an upgrade takes HTTP/1.1; the protocol of cluster \"\(cluster.name)\" is http2")
    }
  }

  private func checkRouteNames() {
    var places: [String: SourceLocation] = [:]
    for route in draft.routes where !route.config.name.isEmpty {
      if let first = places.updateValue(route.node.location, forKey: route.config.name) {
        route.node.fail("a route is named \"\(route.config.name)\" already, at \(first)")
      }
    }
  }

  private func checkBindings() {
    var places: [Endpoint: SourceLocation] = [:]
    let bindings = draft.listeners.flatMap(\.bindings) + draft.adminBindings
    for (endpoint, node) in bindings where !endpoint.isChosenByKernel {
      if let first = places[endpoint] {
        node.fail("\(endpoint) is bound already, at \(first)")
      } else {
        places[endpoint] = node.location
      }
    }
    // One socket for all addresses and one for a single address cannot both listen on a port.
    for (endpoint, node) in bindings {
      guard let wildcard = endpoint.wildcard, wildcard != endpoint else { continue }
      guard !endpoint.isChosenByKernel, let first = places[wildcard] else { continue }
      node.fail("\(endpoint) is part of \(wildcard), which is bound at \(first)")
    }
  }
}

extension Endpoint {
  /// Port 0: any number of listeners may ask for one.
  fileprivate var isChosenByKernel: Bool {
    if case .ip(_, port: 0) = self { true } else { false }
  }

  /// All addresses of the same family at this port.
  fileprivate var wildcard: Endpoint? {
    guard case .ip(let address, let port) = self else { return nil }
    return .ip(address.family == .v4 ? IPAddress(v4: 0) : IPAddress(v6: 0, 0), port: port)
  }
}
