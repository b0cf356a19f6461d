import Configuration
import HTTPSemantics
import Proxy
import Testing

@testable import Daemon

@Suite("What operators can ask")
struct AdminRequestTests {
  struct Case: Sendable {
    let method: HTTPSemantics.Method
    let path: String
    var query = ""
    var request: AdminRequest?
    var status: UInt16?
  }

  @Test(
    "a reload is a POST, everything else is read",
    arguments: [
      Case(method: .post, path: "/reload", request: .reload),
      Case(method: .get, path: "/reload", status: 405),
      Case(method: .get, path: "/healthz", request: .health),
      Case(method: .head, path: "/healthz", request: .health),
      Case(method: .post, path: "/healthz", status: 405),
      Case(method: .get, path: "/readyz", request: .readiness),
      Case(method: .get, path: "/metrics", request: .metrics),
      Case(method: .get, path: "/config", request: .configuration),
      Case(method: .get, path: "/clusters", request: .clusters),
      Case(method: .get, path: "/connections", request: .connections),
      Case(method: .get, path: "/log-level", request: .logLevel),
      Case(method: .put, path: "/log-level", query: "?level=debug", request: .setLogLevel(.debug)),
      Case(method: .put, path: "/log-level", query: "?level=loud", status: 400),
      Case(method: .put, path: "/log-level", status: 400),
      Case(method: .post, path: "/log-level", query: "?level=debug", status: 405),
      Case(method: .post, path: "/metrics", status: 405),
      Case(method: .get, path: "/statistics", request: .statistics),
      Case(method: .delete, path: "/statistics", status: 405),
      Case(method: .get, path: "/backends", request: .backends),
      Case(method: .post, path: "/backends", status: 405),
      Case(
        method: .post, path: "/backends/web/10.0.0.1:80/drain",
        request: .assign(.drain, backend: "web/10.0.0.1:80")),
      Case(
        method: .post, path: "/backends/unix:/run/a.sock/reset",
        request: .assign(nil, backend: "unix:/run/a.sock")),
      Case(method: .get, path: "/backends/10.0.0.1:80/down", status: 405),
      Case(method: .post, path: "/backends/10.0.0.1:80/off", status: 404),
      Case(method: .post, path: "/backends/10.0.0.1:80", status: 404),
      Case(method: .get, path: "/", request: .page),
      Case(method: .get, path: "/none", status: 404),
      Case(method: .post, path: "/reload/", status: 404),
    ])
  func request(_ c: Case) {
    do throws(AdminRequest.Refusal) {
      #expect(try AdminRequest(c.method, path: c.path, query: c.query) == c.request)
    } catch {
      #expect(error.status.rawValue == c.status)
    }
  }

  @Test("only load balancers, and the page without its data, need no token")
  func open() {
    #expect(AdminRequest.health.isOpen && AdminRequest.readiness.isOpen)
    #expect(AdminRequest.page.isOpen)
    #expect(!AdminRequest.metrics.isOpen && !AdminRequest.reload.isOpen)
  }

  @Test("statistics are one JSON object, its keys in a fixed order")
  func statistics() {
    var statistics = WorkerStatistics()
    statistics.requests = 3
    statistics.refusals = [.queueFull: 1, .bareCR: 2]
    statistics.clientTLS.completed = 7
    statistics.clientTLS.versions = ["1.3": 5, "1.2": 2]
    let certificate = CertificateStatus(
      owner: "listeners.web", file: "a.pem", subject: "CN=a", fingerprint: "", notAfter: 86400 * 3)
    let tls = #"{"completed":0,"resumed":0,"versions":{},"ciphers":{},"failures":{}}"#
    #expect(
      statistics.json([certificate], [], now: 86400) == """
        {"accepted_connections":0,"open_connections":0,"parked_connections":0,"requests":3,\
        "retries":0,"retries_over_budget":0,\
        "refusals":{"bare_cr":2,"queue_full":1},\
        "client_tls":{"completed":7,"resumed":0,"versions":{"1.2":2,"1.3":5},"ciphers":{},\
        "failures":{}},"backend_tls":\(tls),\
        "certificates":[{"owner":"listeners.web","file":"a.pem","subject":"CN=a","days_left":2}],\
        "names":[]}
        """)
  }

  @Test(
    "a certificate has whole days left, and less than none when it has expired",
    arguments: [(0, 10), (1, 9), (864_000, 0), (864_001, -1), (950_401, -2)])
  func daysLeft(_ now: Int64, _ days: Int64) {
    let certificate = CertificateStatus(
      owner: "", file: "", subject: "", fingerprint: "", notAfter: 86400 * 10)
    #expect(certificate.daysLeft(now: now) == days)
  }

  @Test(
    "connections are bounded by the descriptors",
    arguments: [(1_048_576, 524_160), (1024, 384), (256, 64), (3, 1)])
  func maxConnections(_ limit: Int, _ count: Int) {
    #expect(defaultMaxConnections(descriptors: limit) == count)
  }
}
