/// A route as one file tells it; the names in it are resolved when all files are read.
struct RouteDraft {
  var config = RouteConfig()
  let node: Node
  /// The name of a cluster.
  var cluster: Node?
  /// The names of listeners.
  var listeners: [Node] = []
  /// What the route asks for in so many words, and its cluster may not be able to do.
  var upgrades: Node?
  var grpc: Node?

  enum Key: String, ObjectKey {
    case name, listeners, hosts, path, cluster, redirect, respond, timeouts, upgrades, grpc, retries
    case maxBody = "max_body"
    case accessLog = "access_log"
    case traceSample = "trace_sample"

    static let later: Set<String> = [
      "auth", "cache", "compression", "cors", "fields", "match", "methods", "mirror",
      "rate_limit", "request_fields", "response_fields", "rewrite", "tls",
    ]
  }

  enum TimeoutKey: String, ObjectKey {
    case total
    case responseHead = "response_head"
    case tunnelIdle = "tunnel_idle"
    case grpcMax = "grpc_max"

    static let later: Set<String> = ["body_idle", "write_idle"]
  }

  init(decoding node: Node) {
    self.node = node
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.name, into: &config.name)
    if let place = object[.name], let problem = nameProblem(config.name) {
      if case .string = place.value.kind { place.fail(problem) }
    }
    listeners = object[.listeners]?.oneOrMore() ?? []
    readPatterns(object)
    readAction(object)
    if let place = object[.maxBody] {
      config.maxBody = place.size(in: 0...1 << 50).map(UInt64.init)
    }
    if let place = object[.timeouts], let timeouts = ObjectNode<TimeoutKey>(place) {
      timeouts.read(.total, into: &config.totalTimeout, in: Ranges.timeout)
      timeouts.read(.responseHead, into: &config.responseHeadTimeout, in: Ranges.timeout)
      timeouts.read(.tunnelIdle, into: &config.tunnelIdleTimeout, in: Ranges.timeout)
      timeouts.read(.grpcMax, into: &config.grpcMaxTimeout, in: Ranges.timeout)
    }
    upgrades = object[.upgrades]
    if let place = upgrades { config.upgrades = Set(decoding: place) }
    grpc = object[.grpc]
    if let place = grpc { config.grpc = RouteConfig.GRPC(decoding: place) }
    if let place = object[.retries] {
      config.retries = RetryConfig(decoding: place, isOfRoute: true)
      if cluster == nil, !object.isDamaged { place.warn("has no effect without \"cluster\"") }
    }
    object.read(.traceSample, into: &config.traceSample, in: TracingConfig.samples)
    config.accessLog = object[.accessLog].flatMap { AccessLogRule(decoding: $0) }
  }

  private mutating func readPatterns(_ object: ObjectNode<Key>) {
    var hosts: Set<RouteConfig.HostPattern> = []
    for node in object[.hosts]?.oneOrMore() ?? [] {
      guard let pattern = RouteConfig.HostPattern(decoding: node) else { continue }
      if hosts.insert(pattern).inserted {
        config.hosts.append(pattern)
      } else {
        node.warn("is listed twice")
      }
    }
    guard let nodes = object[.path]?.oneOrMore() else { return }
    var paths: Set<RouteConfig.PathPattern> = []
    config.paths = []
    for node in nodes {
      guard let pattern = RouteConfig.PathPattern(decoding: node) else { continue }
      if paths.insert(pattern).inserted {
        config.paths.append(pattern)
      } else {
        node.warn("is listed twice")
      }
    }
  }

  private mutating func readAction(_ object: ObjectNode<Key>) {
    let given = object.members.filter { [.cluster, .redirect, .respond].contains($0.key) }
    if given.count > 1 {
      let names = given.map(\.key.rawValue).joined(separator: " and ")
      given[1].node.fail("a route has one of cluster, redirect and respond; this one has \(names)")
    }
    if let place = object[.redirect] { config.action = .redirect(RedirectConfig(decoding: place)) }
    if let place = object[.respond] {
      config.action = .respond(FixedResponseConfig(decoding: place))
    }
    cluster = object[.cluster]
    if given.isEmpty, !object.isDamaged {
      node.fail("a route needs one of the keys \"cluster\", \"redirect\" and \"respond\"")
    }
  }
}

extension Set<RouteConfig.Upgrade> {
  /// A token or an array of them, which may be empty: nothing is allowed then.
  fileprivate init(decoding node: Node) {
    self.init()
    let elements = if case .array = node.value.kind { node.elements() ?? [] } else { [node] }
    for element in elements {
      guard let upgrade = element.word(RouteConfig.Upgrade.self) else { continue }
      if !insert(upgrade).inserted { element.warn("is listed twice") }
    }
  }
}

extension RouteConfig.GRPC {
  fileprivate init(decoding node: Node) {
    switch node.value.kind {
    case .bool(let isWanted): self = isWanted ? .always : .never
    case .string("auto"): self = .auto
    case .string(let text):
      self = .auto
      node.fail("expected true, false or \"auto\", found \"\(text)\"")
    case .null, .number, .array, .object, .invalid:
      self = .auto
      node.failType(expected: "true, false or \"auto\"")
    }
  }
}
