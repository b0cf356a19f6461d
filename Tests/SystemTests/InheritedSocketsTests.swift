import Testing

@testable import System

@Suite("Sockets passed by systemd, sd_listen_fds(3)")
struct InheritedSocketsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var processID: String? = "7"
    var count: String?
    var names: String?
    var expected: [String: [Int32]] = [:]

    var testDescription: String { name }
  }

  @Test(
    "descriptors are found by their names",
    arguments: [
      Case(name: "nothing passed"),
      Case(name: "one", count: "1", names: "web", expected: ["web": [3]]),
      Case(
        name: "two under one name, one under another", count: "3", names: "web:web:tls",
        expected: ["web": [3, 4], "tls": [5]]),
      Case(name: "without names", count: "2", expected: ["unknown": [3, 4]]),
      Case(name: "an empty name", count: "2", names: ":b", expected: ["unknown": [3], "b": [4]]),
      Case(name: "meant for another process", processID: "8", count: "1", names: "web"),
      Case(name: "no process named", processID: nil, count: "1", names: "web"),
      Case(name: "no number", count: "x", names: "web"),
      Case(name: "a negative number", count: "-1", names: "web"),
      Case(name: "a number beyond reason", count: "2147483647", names: "web"),
    ])
  func descriptors(_ c: Case) {
    let sockets = InheritedSockets(processID: c.processID, count: c.count, names: c.names, own: 7)
    #expect(sockets.descriptors == c.expected)
  }

  @Test("an unknown name has no descriptors")
  func unknown() {
    #expect(InheritedSockets().duplicates(named: "web").isEmpty)
  }
}
