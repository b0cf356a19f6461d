public import Addressing
public import Configuration
public import Names

extension BackendName {
  /// The name by which a backend at `endpoint` is found; nil for one that needs none.
  public init?(_ endpoint: Endpoint, _ config: NamesConfig) {
    switch endpoint {
    case .name(let name, _): self.init(.host, name, settings: NameSettings(config))
    case .service(let name): self.init(.service, name, settings: NameSettings(config))
    case .ip, .unix, .inherited: return nil
    }
  }

  /// All names in the clusters of `routing`.
  public static func all(of routing: RoutingConfig) -> Set<BackendName> {
    var names: Set<BackendName> = []
    for cluster in routing.clusters {
      for backend in cluster.subclusters.lazy.flatMap(\.backends) {
        if let name = BackendName(backend.address, cluster.names) { names.insert(name) }
      }
    }
    return names
  }
}

extension NameSettings {
  init(_ config: NamesConfig) {
    let family: Family =
      switch config.family {
      case .any: .any
      case .ipv4: .ipv4
      case .ipv6: .ipv6
      }
    self.init(
      family: family, shortest: config.minTTL.wholeMilliseconds,
      longest: config.maxTTL.wholeMilliseconds, stale: config.maxStale.wholeMilliseconds)
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: UInt64 {
    UInt64(clamping: components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
