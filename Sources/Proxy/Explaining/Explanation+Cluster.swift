import Addressing
import Balancing
import Bytes
import Configuration
import EventLoop
import HTTPSemantics
import Names

// The cluster of a request: what is chosen by, and who has which share.
extension Explanation {
  mutating func describe(_ config: ClusterConfig, for request: Request) {
    let names = StandIns(of: config)
    let configuration = ResolvedConfiguration(
      routing: routing, names: names.backends, secrets: secrets)
    var shared = SharedState()
    shared.update(for: configuration)
    let cluster = ClusterRuntime(config, configuration, shared: shared, startingAt: 0)
    cluster.lookIfChanged(at: 0)
    add("cluster", "\(config.name): \(config.balance.text)")
    if config.subclusters.count > 1, config.split.policy == .hash {
      add("", "subclusters by \(config.split.text)")
    }
    describeShares(config, cluster, names)
    describeChoice(config, cluster, request, names)
  }

  private mutating func describeShares(
    _ config: ClusterConfig, _ cluster: ClusterRuntime, _ names: StandIns
  ) {
    let weights = cluster.balancer.value.subclusterWeights
    let total = weights.reduce(0, +)
    for (index, subcluster) in config.subclusters.enumerated() {
      let share = Share(weights[index], of: total)
      var text = "\(subcluster.name)  \(share)  weight \(subcluster.weight)"
      if subcluster.priority > 0 { text += ", priority \(subcluster.priority)" }
      if config.prefer == subcluster.name { text += ", preferred" }
      if let status = subcluster.refuse { text += ", refused with \(status)" }
      add("subcluster", text)
      let members = cluster.balancer.value.backends[index]
      let inner = cluster.balancer.value.backendWeights(of: index)
      let sum = inner.reduce(0, +)
      for (backend, weight) in zip(cluster.backends[members], inner) {
        let label = names.text(of: backend.label)
        let part = Share(share.fraction * Double(weight) / Double(max(1, sum)))
        let state = backend.pool.shared.configuredState
        let note = state == .up ? "" : ", state \(state.name)"
        add("", "\(label)  \(part)  weight \(weight / 100)\(note)")
      }
    }
    if config.subclusters.contains(where: { $0.priority > 0 }) || config.prefer != nil {
      let spill = config.spillBelow
      add(
        "",
        spill == 0
          ? "others stand in when no backend of those before is usable"
          : "others stand in when less than \(spill) % of those before are usable")
    }
  }

  private mutating func describeChoice(
    _ config: ClusterConfig, _ cluster: ClusterRuntime, _ request: Request, _ names: StandIns
  ) {
    if let sticky = config.sticky {
      if let index = cluster.sticky?.backend(of: request) {
        let label = names.text(of: cluster.backends[index].label)
        return add("goes to", "\(label), which its cookie \"\(sticky.cookie)\" names")
      }
      add("session", "none: the answer sets the cookie \"\(sticky.cookie)\"")
    }
    for (what, key, config) in [
      ("subclusters", cluster.subclusterKey, config.split),
      ("backends", cluster.backendKey, config.balance),
    ] {
      guard let key, key.hash(of: request) == nil else { continue }
      add("", "the request has no \(config.keyText): \(what) in turn")
    }
    guard cluster.backendKey != nil || cluster.subclusterKey != nil else { return }
    let query = BalanceQuery(
      subclusterKey: cluster.subclusterKey?.hash(of: request),
      backendKey: cluster.backendKey?.hash(of: request))
    switch cluster.pick(query) {
    case .backend(let index, let subcluster):
      if query.backendKey == nil {
        if query.subclusterKey != nil {
          add("goes to", "subcluster \(cluster.subclusters[subcluster])")
        }
      } else if query.subclusterKey == nil, cluster.subclusters.count > 1 {
        add("", "in each subcluster, the same backend for the same request")
      } else if names.backends.isEmpty {
        add("goes to", names.text(of: cluster.backends[index].label))
      } else {
        add("goes to", "one that depends on the addresses of the names")
      }
    case .refused(let subcluster): add("goes to", "subcluster \(cluster.subclusters[subcluster])")
    case nil: add("goes to", "nobody: 503 no_backend")
    }
  }
}

/// Backends that are given by name: nothing is looked up to explain.
private struct StandIns {
  /// An address for each, which nobody has (RFC 6666).
  private(set) var backends: [BackendName: [NamedBackend]] = [:]
  private var texts: [String: String] = [:]

  init(of config: ClusterConfig) {
    for backend in config.subclusters.flatMap(\.backends) {
      guard let name = BackendName(backend.address, config.names) else { continue }
      let known = backends[name]?.first?.address
      let address = known ?? IPAddress(v6: 0x0100 << 48, UInt64(backends.count + 1))
      var port: UInt16 = 0
      if case .name(_, let given) = backend.address { port = given }
      backends[name] = [NamedBackend(address: address)]
      texts[Endpoint.ip(address, port: port).description] = backend.address.description
    }
  }

  func text(of label: String) -> String { texts[label] ?? label }
}

/// Part of all requests, with one decimal.
private struct Share: CustomStringConvertible {
  let fraction: Double

  init(_ part: Int, of whole: Int) { fraction = whole == 0 ? 0 : Double(part) / Double(whole) }

  init(_ fraction: Double) { self.fraction = fraction }

  var description: String {
    let tenths = Int((fraction * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}

extension BalanceConfig {
  fileprivate var text: String {
    policy == .hash ? "hash of \(keyText)" : policy.rawValue
  }

  fileprivate var keyText: String {
    switch key {
    case .clientAddress: "client address"
    case .path: "path"
    case .header(let name): "header \(name)"
    case .cookie(let name): "cookie \(name)"
    case .query(let name): "query parameter \(name)"
    case nil: "nothing"
    }
  }
}
