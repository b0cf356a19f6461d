import Addressing
import Configuration
import EventLoop
import Proxy
import System
import TestSupport
import Testing

@testable import Daemon

@Suite("Opening listening sockets")
struct OpenSocketsTests {
  private let anyPort = ListenerKey(
    listener: "web", endpoint: .ip(IPAddress(v4: 0x7F00_0001), port: 0))

  @Test("the kernel's choice of a port is known, and nobody else gets it")
  func anyPortIsKnown() throws {
    let sockets = try OpenSockets.open(anyPort, inheriting: InheritedSockets())
    let bound = try #require(sockets.listeners.first).socket.bound
    guard case .ip(_, let port) = bound else {
      Issue.record("bound to \(bound)")
      return
    }
    #expect(port != 0)
    let failure = #expect(throws: ListenFailure.self) {
      try OpenSockets.open(
        ListenerKey(listener: "other", endpoint: bound), inheriting: InheritedSockets())
    }
    let problem = try #require(failure).problem(in: "a.json")
    #expect(
      problem.description
        == "a.json: listeners.other.bind: cannot listen on \(bound): bind: Address already in use")
    #expect(failure?.isConfiguration == false)
  }

  @Test("a moved socket is another descriptor on the same address")
  func moved() throws {
    let sockets = try OpenSockets.open(anyPort, inheriting: InheritedSockets())
    let moved = try sockets.moved(
      to: ListenerKey(listener: "front", endpoint: anyPort.endpoint))
    let (old, new) = (sockets.listeners[0], moved.listeners[0])
    #expect(new.name == "front" && new.socket.bound == old.socket.bound)
    #expect(new.socket.descriptor != old.socket.descriptor)
  }

  @Test("a name under which systemd has passed nothing is a problem of the configuration")
  func notPassed() throws {
    let key = ListenerKey(listener: "web", endpoint: .inherited(name: "https"))
    let failure = #expect(throws: ListenFailure.self) {
      try OpenSockets.open(key, inheriting: InheritedSockets())
    }
    #expect(failure?.isConfiguration == true)
    #expect(
      failure?.problem(in: "a.json").message == "systemd has passed no socket named https")
  }

  @Test("the file of a unix socket is removed")
  func removed() throws {
    let directory = TemporaryDirectory()
    let key = ListenerKey(listener: "web", endpoint: .unix(path: directory.file("sock")))
    let sockets = try OpenSockets.open(key, inheriting: InheritedSockets())
    #expect(FileSystem.exists(directory.file("sock")))
    sockets.removeFile()
    #expect(!FileSystem.exists(directory.file("sock")))
  }
}
