import Addressing
import Testing

@testable import Daemon

@Suite("Comparing the listeners of two configurations")
struct ListenerChangeTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    /// `listener@endpoint`
    var old: [String] = []
    var new: [String] = []
    var kept: [String] = []
    var moved: [String] = []
    var opened: [String] = []
    var closed: [String] = []

    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nothing"),
    Case(name: "the start", new: ["a@1.1.1.1:80"], opened: ["a@1.1.1.1:80"]),
    Case(
      name: "unchanged in another order", old: ["a@1.1.1.1:80", "b@[::1]:80"],
      new: ["b@[::1]:80", "a@1.1.1.1:80"], kept: ["b@[::1]:80", "a@1.1.1.1:80"]),
    Case(
      name: "another port", old: ["a@1.1.1.1:80"], new: ["a@1.1.1.1:81"],
      opened: ["a@1.1.1.1:81"], closed: ["a@1.1.1.1:80"]),
    Case(
      name: "one address more and one less", old: ["a@1.1.1.1:80", "a@1.1.1.2:80"],
      new: ["a@1.1.1.1:80", "a@1.1.1.3:80"], kept: ["a@1.1.1.1:80"], opened: ["a@1.1.1.3:80"],
      closed: ["a@1.1.1.2:80"]),
    Case(
      name: "another name on the same address", old: ["a@1.1.1.1:80"], new: ["b@1.1.1.1:80"],
      moved: ["a@1.1.1.1:80 to b@1.1.1.1:80"]),
    Case(
      name: "two names exchanged", old: ["a@1.1.1.1:80", "b@1.1.1.1:81"],
      new: ["a@1.1.1.1:81", "b@1.1.1.1:80"],
      moved: ["b@1.1.1.1:81 to a@1.1.1.1:81", "a@1.1.1.1:80 to b@1.1.1.1:80"]),
    Case(
      name: "a unix socket and an inherited one", old: ["a@unix:/a", "b@fd:web"],
      new: ["b@fd:web", "c@unix:/a"], kept: ["b@fd:web"], moved: ["a@unix:/a to c@unix:/a"]),
    Case(
      name: "any port under another name is another port", old: ["a@1.1.1.1:0"],
      new: ["b@1.1.1.1:0"], opened: ["b@1.1.1.1:0"], closed: ["a@1.1.1.1:0"]),
    Case(
      name: "any port twice", old: ["a@1.1.1.1:0", "a@1.1.1.1:0"], new: ["a@1.1.1.1:0"],
      kept: ["a@1.1.1.1:0"], closed: ["a@1.1.1.1:0"]),
    Case(name: "all gone", old: ["a@1.1.1.1:80"], closed: ["a@1.1.1.1:80"]),
  ]

  @Test("what stays is not touched, what is new opens, what is gone closes", arguments: cases)
  func change(_ c: Case) throws {
    let change = ListenerChange(from: try c.old.map(key), to: try c.new.map(key))
    #expect(change.kept.map(text) == c.kept)
    #expect(change.moved.map { "\(text($0.from)) to \(text($0.to))" } == c.moved)
    #expect(change.opened.map(text) == c.opened)
    #expect(change.closed.map(text) == c.closed)
  }

  private func key(_ text: String) throws -> ListenerKey {
    let parts = text.split(separator: "@").map(String.init)
    let endpoint = try #require(try Endpoint.listening(on: parts[1]).first)
    return ListenerKey(listener: parts[0], endpoint: endpoint)
  }

  private func text(_ key: ListenerKey) -> String { "\(key.listener)@\(key.endpoint)" }
}
