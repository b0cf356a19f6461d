import Addressing

extension ClusterConfig {
  enum Key: String, ObjectKey {
    case subclusters, backends, host, `protocol`, http2, tls, timeouts, pool
    case balance, split, prefer, sticky, retries, names, ejection, health, limits
    case spillBelow = "spill_below"
    case panicThreshold = "panic_threshold"
    case slowStart = "slow_start"

    static let later: Set<String> = [
      "mirror", "proxy_protocol", "queue",
    ]
  }

  init(name: String, decoding node: Node) {
    self.init()
    self.name = name
    guard let object = ObjectNode<Key>(node) else { return }
    subclusters = Self.subclusters(of: object)
    readBalance(object)
    if let node = object[.host] { host = HostPolicy(decoding: node) }
    readProtocol(object)
    if let node = object[.tls] { tls = ClusterTLSConfig(decoding: node, for: subclusters) }
    if let node = object[.timeouts] { timeouts = ClusterTimeouts(decoding: node) }
    if let node = object[.pool] { pool = PoolConfig(decoding: node) }
    if let node = object[.retries] { retries = RetryConfig(decoding: node, isOfRoute: false) }
    if retries.hedgeAfter != nil, sticky != nil {
      object[.retries]?.fail(
        "\"hedge_after\" asks another backend, which \"sticky\" does not allow")
    }
    if let node = object[.names] { names = NamesConfig(decoding: node) }
    if let node = object[.ejection] { ejection = EjectionConfig(decoding: node) }
    if let node = object[.limits] { limits = LimitsConfig(decoding: node) }
    if let node = object[.health] { health = healthConfig(decoding: node) }
    object.read(.panicThreshold, into: &panicThreshold, in: 0...100)
    object.read(.slowStart, into: &slowStart, in: Ranges.optionalTime)
  }

  private func healthConfig(decoding node: Node) -> HealthConfig {
    let config = HealthConfig(decoding: node)
    if config.kind == .grpc, self.protocol == .http1 {
      node.fail("a check by gRPC takes \"protocol\" \"http2\"")
    }
    let isUnix = subclusters.contains { subcluster in
      subcluster.backends.contains { if case .unix = $0.address { true } else { false } }
    }
    if config.port != nil, isUnix { node.fail("a backend on a unix socket has no port") }
    return config
  }

  private mutating func readProtocol(_ object: ObjectNode<Key>) {
    // A word that is none has been reported, and may have been meant for http2.
    let word = object[.protocol].map { $0.word(BackendProtocol.self) } ?? .http1
    self.protocol = word ?? .http1
    guard let node = object[.http2] else { return }
    http2 = BackendHTTP2Config(decoding: node)
    if word == .http1, !object.isDamaged {
      node.fail("has no effect with protocol http1; set \"protocol\" to \"http2\"")
    }
  }

  private static func subclusters(of object: ObjectNode<Key>) -> [SubclusterConfig] {
    if let node = object[.backends] {
      if object[.subclusters] != nil {
        node.fail("a cluster has backends or subclusters, not both")
      }
      var subcluster = SubclusterConfig()
      subcluster.name = "default"
      subcluster.backends = BackendConfig.list(decoding: node)
      return [subcluster]
    }
    guard let node = object[.subclusters] else {
      object.requireOne(of: .backends, .subclusters)
      return []
    }
    guard let members = node.namedMembers() else { return [] }
    if members.isEmpty { node.fail("a cluster needs at least one subcluster") }
    let subclusters = members.map { SubclusterConfig(name: $0.name, decoding: $0.node) }
    check(subclusters, at: node)
    return subclusters
  }

  private static func check(_ subclusters: [SubclusterConfig], at node: Node) {
    let serving = subclusters.filter { $0.refuse == nil }
    if !serving.isEmpty, serving.allSatisfy({ $0.weight == 0 }) {
      node.fail("at least one subcluster needs a weight above 0")
    }
    if serving.isEmpty, !subclusters.isEmpty {
      node.fail("at least one subcluster needs backends; a route can respond without any")
    }
    let levels = Set(serving.map(\.priority)).sorted()
    if let gap = levels.indices.first(where: { levels[$0] != $0 }) {
      node.fail("priorities go from 0 upwards without a gap; none has priority \(gap)")
    }
  }
}

extension SubclusterConfig {
  enum Key: String, ObjectKey {
    case weight, priority, backends, refuse

    static let later: Set<String> = ["balance", "health"]
  }

  init(name: String, decoding node: Node) {
    self.init()
    self.name = name
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.weight, into: &weight, in: Ranges.weight)
    object.read(.priority, into: &priority, in: Ranges.priority)
    guard let node = object[.refuse] else {
      object.requireOne(of: .backends, .refuse)
      if let node = object[.backends] { backends = BackendConfig.list(decoding: node) }
      return
    }
    refuse = node.integer(in: Ranges.refusal) ?? 503
    object[.backends]?.fail("a subcluster has backends, or refuses its share; not both")
    object[.priority]?.fail("has no effect on what is refused, which is the same share always")
  }
}

extension BackendConfig {
  enum Key: String, ObjectKey {
    case address, weight, state

    static let later: Set<String> = [
      "backup", "health", "max_connections", "name", "protocol", "tls",
    ]
  }

  /// The backends of one subcluster.
  static func list(decoding node: Node) -> [BackendConfig] {
    guard let elements = node.elements() else { return [] }
    if elements.isEmpty { node.fail("at least one backend is needed") }
    var seen: [Endpoint: SourceLocation] = [:]
    var backends: [BackendConfig] = []
    for element in elements {
      guard let backend = BackendConfig(decoding: element) else { continue }
      if let first = seen.updateValue(backend.location, forKey: backend.address) {
        element.fail("\(backend.address) is listed already, at \(first)")
      }
      backends.append(backend)
    }
    if !backends.isEmpty, backends.allSatisfy({ $0.weight == 0 }) {
      node.fail("at least one backend needs a weight above 0")
    }
    return backends
  }

  private init?(decoding node: Node) {
    if case .string = node.value.kind {
      guard let address = endpoint(node) else { return nil }
      self.init(address: address, location: node.location)
      return
    }
    guard case .object = node.value.kind else {
      node.failType(expected: "an address or an object with \"address\"")
      return nil
    }
    guard let object = ObjectNode<Key>(node) else { return nil }
    var weight = 1
    object.read(.weight, into: &weight, in: Ranges.weight)
    guard let place = object.required(.address), let address = endpoint(place) else { return nil }
    self.init(address: address, weight: weight, location: place.location)
    object.read(.state, into: &state)
  }
}

private func endpoint(_ node: Node) -> Endpoint? {
  guard let text = node.string() else { return nil }
  do throws(EndpointError) {
    return try Endpoint.backend(text)
  } catch {
    node.fail("\"\(text)\": \(error)")
    return nil
  }
}

extension ClusterConfig.HostPolicy {
  init(decoding node: Node) {
    self = .keep
    guard let text = node.string() else { return }
    switch text {
    case "keep": self = .keep
    case "backend": self = .backend
    default:
      self = .literal(text)
      if !isAuthority(text) {
        node.fail("expected \"keep\", \"backend\" or a host such as \"api.example:8080\"")
      }
    }
  }
}

extension ClusterTimeouts {
  enum Key: String, ObjectKey {
    case connect
    case responseHead = "response_head"
    case bodyIdle = "body_idle"
    case writeIdle = "write_idle"
    case queue
    case grpcMax = "grpc_max"
    case tlsHandshake = "tls_handshake"

    static let later: Set<String> = ["tunnel_idle"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.connect, into: &connect, in: Ranges.timeout)
    object.read(.responseHead, into: &responseHead, in: Ranges.timeout)
    object.read(.bodyIdle, into: &bodyIdle, in: Ranges.timeout)
    object.read(.writeIdle, into: &writeIdle, in: Ranges.timeout)
    object.read(.queue, into: &queue, in: Ranges.timeout)
    object.read(.grpcMax, into: &grpcMax, in: Ranges.timeout)
    object.read(.tlsHandshake, into: &tlsHandshake, in: Ranges.timeout)
  }
}

extension PoolConfig {
  enum Key: String, ObjectKey {
    case maxIdle = "max_idle"
    case idleTimeout = "idle_timeout"
    case maxAge = "max_age"
    case maxConnections = "max_connections"
    case maxWaiting = "max_waiting"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.maxIdle, into: &maxIdle, in: 0...100_000)
    object.read(.idleTimeout, into: &idleTimeout, in: Ranges.timeout)
    object.read(.maxAge, into: &maxAge, in: Ranges.optionalTime)
    object.read(.maxConnections, into: &maxConnections, in: Ranges.connections)
    object.read(.maxWaiting, into: &maxWaiting, in: 0...1_000_000)
  }
}
