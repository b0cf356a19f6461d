import Bytes
import Configuration
import Proxy
import TestSupport
import Testing

@Suite("Routing by host and path")
struct RouteTableTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let host: String
    let path: String
    /// The name of the route, or nil.
    let route: String?
    var testDescription: String { "\(host) \(path) -> \(route ?? "none")" }

    init(_ host: String, _ path: String, _ route: String?) {
      (self.host, self.path, self.route) = (host, path, route)
    }
  }

  static let routes: [RouteConfig] = [
    route("api", ["shop.example"], [.prefix("/api")]),
    route("api-later", ["shop.example"], [.prefix("/api"), .exact("/api")]),
    route("api-v2", ["shop.example"], [.prefix("/api/v2")]),
    route("health", ["shop.example", "*.shop.example"], [.exact("/health")]),
    route("deep", ["*.a.shop.example"], [.prefix("/deep")]),
    route("wild", ["*.shop.example"], [.prefix("/wild"), .prefix("/api")]),
    route("six", ["[::1]"], [.prefix("")]),
    route("slash", ["slash.example"], [.prefix("/api/"), .exact("/")]),
    route("assets", [], [.prefix("/assets")]),
    route("everything", ["all.example"], [.prefix("")]),
    route("everything-again", ["all.example"], [.prefix("")]),
  ]

  static let cases: [Case] = [
    // Paths
    Case("shop.example", "/api", "api-later"),  // exact before prefix
    Case("shop.example", "/api/", "api"),
    Case("shop.example", "/api/x/y", "api"),
    Case("shop.example", "/api//v2", "api"),
    Case("shop.example", "/api/v2", "api-v2"),
    Case("shop.example", "/api/v2/x", "api-v2"),
    Case("shop.example", "/api/v22", "api"),
    Case("shop.example", "/apis", nil),
    Case("shop.example", "/API", nil),
    Case("shop.example", "/ap", nil),
    Case("shop.example", "/health", "health"),
    Case("shop.example", "/health/", nil),
    Case("slash.example", "/api/", "slash"),
    Case("slash.example", "/api/x", nil),
    Case("slash.example", "/api//x", "slash"),
    Case("slash.example", "", "slash"),  // empty means /
    Case("slash.example", "/", "slash"),
    Case("all.example", "*", "everything"),
    Case("all.example", "", "everything"),
    // Hosts
    Case("SHOP.Example", "/api/x", "api"),
    Case("shop.example.", "/api/x", "api"),
    Case("shop.example..", "/api/x", nil),
    Case("x.shop.example", "/wild/1", "wild"),
    Case("X.Y.SHOP.EXAMPLE.", "/wild/1", "wild"),
    Case("x.a.shop.example", "/deep", "deep"),
    Case("a.shop.example", "/deep", nil),  // * is one label or more
    Case(".shop.example", "/wild", nil),
    Case("xshop.example", "/wild", nil),
    Case("shop.example.org", "/api", nil),
    Case("[::1]", "/", "six"),
    Case("[::2]", "/", nil),
    // From narrow to wide
    Case("x.a.shop.example", "/wild", "wild"),
    Case("x.a.shop.example", "/health", "health"),
    Case("x.a.shop.example", "/assets/a", "assets"),
    Case("shop.example", "/wild", nil),  // *.shop.example does not hold shop.example
    Case("shop.example", "/assets", "assets"),
    Case("unknown.example", "/assets", "assets"),
    Case("", "/assets", "assets"),
    Case(".", "/assets", "assets"),
    Case("unknown.example", "/api", nil),
    Case("all.example", "/assets", "everything"),  // the host is narrower than the path is long
  ]

  @Test("the narrowest host that has the path wins, and its longest path", arguments: cases)
  func lookup(_ c: Case) {
    let table = RouteTable(routes: Self.routes, listener: 0)
    #expect(find(c.host, c.path, in: table).map { Self.routes[$0].name } == c.route)
  }

  @Test("routes that name other listeners are left out")
  func listeners() {
    var first = route("first", [], [.prefix("")])
    first.listeners = [1, 2]
    let routes = [first, route("second", [], [.prefix("")])]
    let found = (0...3).map { find("a", "/", in: RouteTable(routes: routes, listener: $0)) }
    #expect(found == [1, 0, 0, 1])
  }

  @Test("without routes nothing is found")
  func empty() {
    #expect(find("a.example", "/", in: RouteTable(routes: [], listener: 0)) == nil)
  }

  @Test("finds each of 100,000 hosts, and no other")
  func manyHosts() {
    let routes = (0..<100_000).map { number in
      let name = "tenant-\(number).example"
      return route(name, [number % 10 == 0 ? "*.\(name)" : name], [.prefix("")])
    }
    let table = RouteTable(routes: routes, listener: 0)
    for number in routes.indices {
      let host = number % 10 == 0 ? "www.tenant-\(number).example" : "tenant-\(number).example"
      if find(host, "/index.html", in: table) != number { Issue.record("\(host)") }
      if number % 10 != 0, find("www." + host, "/", in: table) != nil {
        Issue.record("www.\(host)")
      }
    }
  }

  @Test("finds what comparing with every route finds", arguments: UInt64(0)..<20)
  func oracle(seed: UInt64) {
    var random = SplitMix(state: seed)
    let routes = (0..<60).map { _ in randomRoute(&random) }
    let table = RouteTable(routes: routes, listener: 0)
    for _ in 0..<500 {
      let host = randomName(&random) + (random.next() % 8 == 0 ? "." : "")
      let path = randomPath(&random)
      #expect(find(host, path, in: table) == plainLookup(host, path, routes), "\(host) \(path)")
    }
  }

  @Test("an odd host or path traps nowhere")
  func odd() {
    let table = RouteTable(routes: Self.routes, listener: 0)
    let dots = String(repeating: ".", count: 8_000)
    let slashes = String(repeating: "/", count: 8_000)
    #expect(find(dots, slashes, in: table) == nil)
    #expect(find("x" + dots + "shop.example", "/api" + slashes, in: table) == 5)
  }
}

private func route(
  _ name: String, _ hosts: [String], _ paths: [RouteConfig.PathPattern]
) -> RouteConfig {
  var route = RouteConfig()
  route.name = name
  route.hosts = hosts.map {
    $0.hasPrefix("*.") ? .suffix(String($0.dropFirst(2))) : .exact($0)
  }
  route.paths = paths
  return route
}

private func find(_ host: String, _ path: String, in table: RouteTable) -> Int? {
  let (host, path) = (Array(host.utf8), Array(path.utf8))
  return table.lookup(host: host.span, path: path.span)
}

private func randomName(_ random: inout SplitMix) -> String {
  (0...Int(random.next() % 3)).map { _ in ["a", "b", "cc"].randomElement(using: &random) ?? "" }
    .joined(separator: ".")
}

private func randomPath(_ random: inout SplitMix) -> String {
  let segments = (0..<Int(random.next() % 4)).map { _ in
    "/" + (["", "x", "yy", "zzz"].randomElement(using: &random) ?? "")
  }
  return segments.isEmpty ? "/" : segments.joined()
}

private func randomRoute(_ random: inout SplitMix) -> RouteConfig {
  let host = (random.next() % 2 == 0 ? "*." : "") + randomName(&random)
  let path = randomPath(&random)
  let pattern: RouteConfig.PathPattern =
    random.next() % 3 == 0 ? .exact(path) : .prefix(path == "/" ? "" : path)
  return route("", random.next() % 5 == 0 ? [] : [host], [pattern])
}

/// The rules of ``RouteTable``, told plainly.
private func plainLookup(_ host: String, _ path: String, _ routes: [RouteConfig]) -> Int? {
  let name = host.hasSuffix(".") ? String(host.dropLast()) : host
  /// Greater is narrower; nil does not match.
  func hostRank(_ route: RouteConfig) -> Int? {
    guard let pattern = route.hosts.first else { return 0 }
    switch pattern {
    case .exact(let exact): return exact == name ? 1_000 : nil
    case .suffix(let suffix): return name.hasSuffix("." + suffix) ? 1 + suffix.utf8.count : nil
    }
  }
  func pathRank(_ route: RouteConfig) -> Int? {
    switch route.paths[0] {
    case .exact(let exact): return exact == path ? 1_000 : nil
    case .prefix(let prefix):
      return path == prefix || path.hasPrefix(prefix + "/") || prefix.isEmpty
        ? prefix.utf8.count : nil
    }
  }
  var best: (rank: (Int, Int), index: Int)?
  for (index, route) in routes.enumerated() {
    guard let host = hostRank(route), let path = pathRank(route) else { continue }
    if best.map({ $0.rank < (host, path) }) ?? true { best = ((host, path), index) }
  }
  return best?.index
}
