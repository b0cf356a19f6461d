import Balancing
import Configuration
import Measuring
import Proxy

/// `table-bench [PART-OF-A-NAME]`: what a configuration is made into, and what each request asks of it.
@main
struct TableBench {
  static func main() {
    let measure = Measure()
    loading(measure)
    for count in [10, 100_000] { lookup(measure, hosts: count) }
    picking(measure)
  }

  private static func loading(_ measure: Measure) {
    let files = GeneratedFiles(routes: 10_000, clusters: 1_000)
    measure.long("config-load/10000-routes-1000-clusters") {
      let result = loadConfiguration(at: "portico.json", from: files)
      guard let snapshot = result.snapshot else {
        preconditionFailure(result.problems.first?.description ?? "")
      }
      return snapshot.routing.routes.count
    }
  }

  // MARK: Routes

  /// Half of the hosts are names, half are wildcards; each has a prefix and an exact path.
  private static func lookup(_ measure: Measure, hosts count: Int) {
    let name = "route-lookup/\(count)-hosts"
    guard measure.wants(name) else { return }
    var routes: [RouteConfig] = []
    for index in 0..<count {
      var route = RouteConfig()
      let host = "site-\(index).example.org"
      route.hosts = [index % 2 == 0 ? .exact(host) : .suffix(host)]
      route.paths = [.prefix("/api"), .exact("/about")]
      routes.append(route)
    }
    let table = RouteTable(routes: routes, listener: 0)
    let path = Array("/api/articles/2024/summer".utf8)
    let odd = count - 1 - count % 2
    for (kind, host) in [
      ("exact", "site-\(odd - 1).example.org"), ("wildcard", "www.site-\(odd).example.org"),
      ("nobody", "www.elsewhere.example.org"),
    ] {
      let host = Array(host.utf8)
      measure("\(name)/\(kind)") { table.lookup(host: host.span, path: path.span) ?? 0 }
    }
  }

  // MARK: Backends

  private static func picking(_ measure: Measure) {
    for (subclusters, backends) in [(1, 1), (1, 3), (3, 10), (1, 100)] {
      let members = (0..<backends).map { 1 + $0 % 3 }
      var balancer = ClusterBalancer(
        (0..<subclusters).map { .init(weight: 1 + $0, backendWeights: members) })
      measure("pick/\(subclusters)x\(backends)") { balancer.pick { _ in true }?.backend ?? 0 }
    }
  }
}
