import Configuration
import TestSupport
import Testing

@testable import Daemon

@Suite("What a start would refuse beyond credentials")
struct ServingProblemsTests {
  private let directory = TemporaryDirectory()

  private func problems(_ change: (inout Snapshot) -> Void) -> [String] {
    var snapshot = Snapshot()
    snapshot.files = ["p.json"]
    change(&snapshot)
    return servingProblems(of: snapshot).map(\.description)
  }

  @Test("the admin token's file is read")
  func token() {
    let path = directory.file("token")
    let lines = problems { $0.startup.admin.tokenFile = FileReference(path: path) }
    #expect(lines.count == 1 && lines[0].hasSuffix("\(path): no such file"))
    #expect(problems { _ in } == [])
  }

  @Test("an access log that could not be opened here is a warning")
  func accessLog() {
    func lines(_ output: LoggingConfig.AccessOutput) -> [String] {
      problems { $0.routing.logging.accessOutput = output }
    }
    let path = directory.path
    let start = "p.json: warning: logging.access.output: \(path)"
    #expect(lines(.file(path: path)) == [start + " is a directory"])
    let missing = start + "/none/log: there is no such directory"
    #expect(lines(.file(path: path + "/none/log")) == [missing])
    #expect(lines(.syslog(path: path + "/log")) == [start + "/log: no such socket"])
    for good in [.off, .standardOutput, .file(path: path + "/log"), .file(path: "/log")]
      as [LoggingConfig.AccessOutput]
    {
      #expect(lines(good) == [])
    }
  }
}
