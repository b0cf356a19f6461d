import Bytes
import Configuration
import HTTPSemantics

// Why other routes were not taken.
extension Explanation {
  /// Routes beyond these are counted only.
  private static let shown = 20

  mutating func describeOthers(than route: Int?, for request: Request, listener: Int) {
    let others = routing.routes.indices.filter { $0 != route }
    if others.isEmpty { return }
    addPlain("other routes")
    let width =
      2 + (others.prefix(Self.shown).map { routing.routes[$0].name.utf8.count }.max() ?? 0)
    for index in others.prefix(Self.shown) {
      let other = routing.routes[index]
      let reason = reason(against: other, for: request, listener: listener)
      addPlain("  \(other.name.padded(to: width))\(reason)")
    }
    let rest = others.count - Self.shown
    if rest > 0 { addPlain("  and \(rest) more") }
  }

  private func reason(
    against route: RouteConfig, for request: Request, listener: Int
  ) -> String {
    var reasons: [String] = []
    if !route.listeners.isEmpty, !route.listeners.contains(listener) {
      let names = route.listeners.map { routing.listeners[$0].name }
      reasons.append("only on \(names.joined(separator: ", "))")
    }
    var anyPath = route
    (anyPath.paths, anyPath.listeners) = ([.prefix("")], [])
    if !takes(anyPath, request) { reasons.append("host is not \(route.hostText)") }
    var anyHost = route
    (anyHost.hosts, anyHost.listeners) = ([], [])
    if !takes(anyHost, request) { reasons.append("path is not \(route.pathText)") }
    if !reasons.isEmpty { return reasons.joined(separator: "; ") }
    return "would take it, too (\(route.pattern)), but is wider, or stands later"
  }

  /// Whether a route takes the request if there is no other.
  private func takes(_ route: RouteConfig, _ request: Request) -> Bool {
    Self.route(of: request, listener: 0, in: [route]) != nil
  }
}

extension RouteConfig {
  var pattern: String { "host \(hostText), path \(pathText)" }

  var hostText: String {
    if hosts.isEmpty { return "any" }
    return hosts.map { host in
      switch host {
      case .exact(let name): name
      case .suffix(let name): "*.\(name)"
      }
    }.joined(separator: " or ")
  }

  var pathText: String {
    paths.map { path in
      switch path {
      case .exact(let text): text
      case .prefix(let text): "\(text)/*"
      }
    }.joined(separator: " or ")
  }
}
