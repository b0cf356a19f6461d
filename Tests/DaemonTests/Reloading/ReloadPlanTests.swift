import Addressing
import Configuration
import Testing

@testable import Daemon

@Suite("Planning a reload")
struct ReloadPlanTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var workers: Int?
    var controlSocket: String?
    var output = LoggingConfig.AccessOutput.standardOutput
    var warnings: [String] = []
    var changesAccessLog = false

    var testDescription: String { name }
  }

  @Test(
    "what takes a restart is warned of, and the log moves only when it has to",
    arguments: [
      Case(name: "nothing changed"),
      Case(name: "workers", workers: 7, warnings: ["workers"]),
      Case(name: "control socket", controlSocket: "/a", warnings: ["control_socket"]),
      Case(
        name: "both", workers: 1, controlSocket: "/a", warnings: ["workers", "control_socket"]),
      Case(name: "log off", output: .off, changesAccessLog: true),
      Case(name: "log to a file", output: .file(path: "/a"), changesAccessLog: true),
    ])
  func plan(_ c: Case) {
    var fresh = Snapshot()
    fresh.files = ["main.json"]
    fresh.startup.workers = c.workers
    fresh.startup.controlSocket = c.controlSocket
    fresh.routing.logging.accessOutput = c.output
    let plan = ReloadPlan(
      from: RoutingConfig(), startedWith: StartupConfig(), open: [], to: fresh)
    #expect(plan.warnings.map(\.path) == c.warnings)
    #expect(plan.warnings.allSatisfy { $0.severity == .warning })
    #expect(plan.changesAccessLog == c.changesAccessLog)
  }

  @Test("every address of every listener has a socket")
  func listeners() throws {
    var fresh = Snapshot()
    for name in ["a", "b"] {
      var listener = ListenerConfig()
      listener.name = name
      listener.bind = [.unix(path: "/\(name)1"), .unix(path: "/\(name)2")]
      fresh.routing.listeners.append(listener)
    }
    let open = [ListenerKey(listener: "b", endpoint: .unix(path: "/b1"))]
    let plan = ReloadPlan(
      from: RoutingConfig(), startedWith: StartupConfig(), open: open, to: fresh)
    #expect(plan.listeners.kept == open)
    #expect(plan.listeners.opened.map { "\($0.endpoint)" } == ["unix:/a1", "unix:/a2", "unix:/b2"])
  }
}
