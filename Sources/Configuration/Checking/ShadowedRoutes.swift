/// Finds routes that never match, since an earlier one has the same host, path and listeners.
struct ShadowedRoutes {
  let drafts: [RouteDraft]
  let routing: RoutingConfig

  private struct Pattern: Hashable {
    /// Nil for every host.
    let host: RouteConfig.HostPattern?
    let path: RouteConfig.PathPattern
  }

  /// Which routes take a pattern, by index.
  private struct Owners {
    var ofAll: Int?
    var byListener: [Int: Int] = [:]

    /// The route that takes the pattern on all of `listeners` already.
    func owner(on listeners: some Collection<Int>) -> Int? {
      if let ofAll { return ofAll }
      let owners = listeners.map { byListener[$0] }
      return owners.contains(nil) ? nil : owners.compactMap(\.self).max()
    }

    mutating func add(_ route: Int, on listeners: [Int]) {
      if listeners.isEmpty, ofAll == nil { ofAll = route }
      for listener in listeners where byListener[listener] == nil { byListener[listener] = route }
    }
  }

  func report() {
    var owners: [Pattern: Owners] = [:]
    for (index, route) in routing.routes.enumerated() {
      let listeners = route.listeners.isEmpty ? Array(routing.listeners.indices) : route.listeners
      var taken: (pattern: Pattern, owner: Int)?
      var isOpen = false
      for pattern in patterns(of: route) {
        if let owner = owners[pattern]?.owner(on: listeners) {
          taken = taken ?? (pattern, owner)
        } else {
          isOpen = true
        }
        owners[pattern, default: Owners()].add(index, on: route.listeners)
      }
      guard let taken else { continue }
      let other = routing.routes[taken.owner].name
      let place = drafts[taken.owner].node.location
      let part = isOpen ? "\(text(taken.pattern)) " : ""
      drafts[index].node.warn("\(part)never matches: \(other), at \(place), takes it all before")
    }
  }

  private func patterns(of route: RouteConfig) -> [Pattern] {
    let hosts = route.hosts.isEmpty ? [nil] : route.hosts.map(Optional.some)
    return hosts.flatMap { host in route.paths.map { Pattern(host: host, path: $0) } }
  }

  private func text(_ pattern: Pattern) -> String {
    let host =
      switch pattern.host {
      case .exact(let host)?: host
      case .suffix(let suffix)?: "*.\(suffix)"
      case nil: "any host"
      }
    return switch pattern.path {
    case .exact(let path): "\(host) with path \(path)"
    case .prefix(let path): "\(host) with path \(path)/*"
    }
  }
}
