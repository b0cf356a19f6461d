public import Bytes
public import Configuration

/// Finds the route of a request on one listener, by host and path.
///
/// Hosts go from narrow to wide: the exact name, then `*.suffix` from the longest to the shortest,
/// then the routes without hosts. In each, the exact path comes before the longest prefix of whole
/// segments, and of two equal ones the earlier in the file. A host that has no route for the path
/// passes the request on to the next wider one. The cost does not depend on the number of routes.
public final class RouteTable: Sendable {
  private let names: HostTable
  private let paths: PathTable
  /// The set of the routes without hosts.
  private let defaultSet: Int
  /// What an empty path stands for (RFC 9110 §4.2.3).
  private let root: [UInt8] = [.slash]

  /// - Parameters:
  ///   - routes: In the order of the file; results are indices into them.
  ///   - listener: Index of the listener; routes that name only others are left out.
  ///   - hasher: Its key must not be known to clients.
  public init(
    routes: [RouteConfig], listener: Int, hasher: KeyedHash = .random()
  ) {
    var names = HostTable(hasher: hasher)
    var paths = PathTable(hasher: hasher)
    defaultSet = paths.addSet()
    for (index, route) in routes.enumerated() {
      guard route.listeners.isEmpty || route.listeners.contains(listener) else { continue }
      for pattern in route.paths {
        if route.hosts.isEmpty { paths.add(pattern, to: defaultSet, route: index) }
        for host in route.hosts {
          let set = names.set(for: host) { paths.addSet() }
          paths.add(pattern, to: set, route: index)
        }
      }
    }
    self.names = names
    self.paths = paths
  }

  /// Finds the route that takes a request.
  ///
  /// - Parameters:
  ///   - host: Without port, in any case, with or without a final dot; an IPv6 address in brackets;
  ///     empty when the request names none.
  ///   - path: Normalised, without query.
  /// - Returns: The index of the route, or nil: 404.
  public func lookup(host: Span<UInt8>, path: Span<UInt8>) -> Int? {
    guard path.isEmpty else { return find(host: host, path: path) }
    let root = root
    return find(host: host, path: root.span)
  }

  private func find(host: Span<UInt8>, path: Span<UInt8>) -> Int? {
    var name = host
    if name.count > 0, name[name.count &- 1] == .period {
      name = name.extracting(0..<(name.count &- 1))
    }
    if let set = names.exactSet(of: name), let route = paths.route(of: path, in: set) {
      return route
    }
    var start = 0
    while let (set, next) = names.suffixSet(of: name, after: start) {
      if let route = paths.route(of: path, in: set) { return route }
      start = next
    }
    return paths.route(of: path, in: defaultSet)
  }
}
