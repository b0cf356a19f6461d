import Configuration
import Testing

@testable import Proxy

@Suite("How a backend is checked")
struct HealthPlanTests {
  private func plan(_ config: HealthConfig, host: ClusterConfig.HostPolicy = .keep) -> HealthPlan {
    var cluster = ClusterConfig()
    cluster.host = host
    return HealthPlan(config, of: cluster, backend: "10.0.0.1:80", material: nil)
  }

  @Test("the host is the check's, the cluster's, or the backend's")
  func host() {
    var config = HealthConfig()
    #expect(plan(config).host == "10.0.0.1:80")
    #expect(plan(config, host: .backend).host == "10.0.0.1:80")
    #expect(plan(config, host: .literal("api")).host == "api")
    config.host = "check"
    #expect(plan(config, host: .literal("api")).host == "check")
  }

  @Test("statuses are those given, or a success")
  func statuses() {
    var config = HealthConfig()
    #expect(plan(config).accepts(status: 204) && !plan(config).accepts(status: 302))
    config.statuses = [302]
    #expect(!plan(config).accepts(status: 204) && plan(config).accepts(status: 302))
  }

  @Test(
    "the text that is expected is found wherever the content is cut",
    arguments: ["ok", "aab", "a", ""])
  func text(_ text: String) {
    var config = HealthConfig()
    config.body = text
    let plan = plan(config)
    for content in ["", "a", "aaaab", "it is ok", "ok it is", "xaab", "nothing"] {
      let octets = Array(content.utf8)
      var (seen, isFound) = (0, false)
      for count in 0...octets.count where !isFound {
        isFound = plan.isEnough(Array(octets.prefix(count)), after: seen)
        seen = count
      }
      #expect(isFound == content.contains(text) || text.isEmpty, "\(content)")
      #expect(plan.isEnough(octets) == isFound, "\(content)")
    }
  }

  @Test("a call of gRPC carries the service's name")
  func message() {
    var config = HealthConfig()
    #expect(plan(config).grpcMessage == [0, 0, 0, 0, 0])
    config.service = "ab"
    #expect(plan(config).grpcMessage == [0, 0, 0, 0, 4, 0x0A, 2, 0x61, 0x62])
    config.service = String(repeating: "a", count: 300)
    #expect(Array(plan(config).grpcMessage.prefix(8)) == [0, 0, 0, 1, 0x2F, 0x0A, 0xAC, 0x02])
  }

  @Test(
    "and its answer says SERVING, or something else",
    arguments: [
      ([0, 0, 0, 0, 2, 8, 1], true), ([0, 0, 0, 0, 2, 8, 2], false), ([0, 0, 0, 0, 0], false),
      ([1, 0, 0, 0, 2, 8, 1], false), ([], false), ([0, 0, 0, 0, 2, 8], false),
    ] as [([UInt8], Bool)])
  func answer(content: [UInt8], isServing: Bool) {
    #expect(HealthPlan.isServing(content) == isServing)
  }
}
