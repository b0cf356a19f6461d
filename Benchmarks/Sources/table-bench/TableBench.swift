import Balancing
import Bytes
import Configuration
import Measuring
import Proxy

/// `table-bench [PART-OF-A-NAME]`: what a configuration is made into, and what each request asks of
/// it.
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

  private static let policies: [(name: String, policy: BalancePolicy)] = [
    ("weighted_round_robin", .weightedRoundRobin), ("least_requests", .leastRequests),
    ("two_choices", .twoChoices), ("peak_ewma", .peakEWMA),
    ("hash", .hash(LoadBound(percent: 125))),
  ]

  private static func picking(_ measure: Measure) {
    for (name, policy) in policies {
      for (subclusters, backends) in [(1, 1), (1, 3), (3, 10), (1, 100), (1, 1000)] {
        let name = "pick/\(name)/\(subclusters)x\(backends)"
        guard measure.wants(name) else { continue }
        pick(measure, name, policy, subclusters, backends)
      }
    }
  }

  /// Each choice ends at once, among backends with some requests in flight and times of their own.
  private static func pick(
    _ measure: Measure, _ name: String, _ policy: BalancePolicy, _ subclusters: Int, _ backends: Int
  ) {
    var random = RandomSource(seed: 1)
    let counters = SharedCounters(count: subclusters * (backends + 1))
    let plans = (0..<subclusters).map { index in
      let start = index * (backends + 1)
      return SubclusterPlan(
        weight: 1 + index, inFlight: counters[start + backends],
        members: .backends(
          (0..<backends).map {
            BackendPlan(
              weight: 1 + $0 % 3, identity: random.next(), inFlight: counters[start + $0])
          }))
    }
    var balancer = ClusterBalancer(plans, policy: policy)
    for index in 0..<counters.count { counters[index].add(Int(random.next() % 3)) }
    for index in 0..<subclusters * backends {
      balancer.answered(index, in: Double(random.next() % 10_000), at: 0)
    }
    var query = BalanceQuery(now: 1000)
    measure(name) {
      query.backendKey = random.next()
      guard case .backend(let backend, _)? = balancer.pick(query) else { return 0 }
      return backend
    }
  }
}
