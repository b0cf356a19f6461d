import EventLoop
import HTTPSemantics
import LoopTestSupport
import Testing

@testable import Daemon

@Suite("A connection to a server of the daemon's own")
struct ServerConnectionTests {
  struct Case: Sendable {
    let name: String
    /// What comes before the time is taken.
    let before: String
    /// What comes each millisecond.
    let dribble: String
  }

  @Test(
    "a head has its time in all, however steadily it comes",
    arguments: [
      Case(name: "nothing", before: "", dribble: ""),
      Case(name: "octet by octet", before: "", dribble: "a"),
      Case(
        name: "after another request", before: "GET / HTTP/1.1\r\nHost: a\r\n\r\nG",
        dribble: "a"),
    ])
  func deadline(_ c: Case) async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.unix)
      let connection = ServerConnection(Transport(descriptor: pair.near, on: runner.loop))
      let peer = Peer(pair.far)
      if !c.before.isEmpty {
        peer.send(c.before)
        guard case .request = await connection.receiveRequest(headWithin: .seconds(5)) else {
          Issue.record("no request")
          return
        }
        while case .octets = await connection.nextContent() {}
        _ = await connection.respondText(.ok, "")
      }
      let dribbling = Task.immediate(executorPreference: runner.loop) {
        let point = WaitPoint(on: runner.loop)
        while connection.transport.isOpen {
          peer.send(c.dribble)
          _ = await point.wait(until: runner.loop.now + .milliseconds(1))
        }
      }
      guard case .gone = await connection.receiveRequest(headWithin: .milliseconds(50)) else {
        Issue.record("it went on")
        return
      }
      connection.transport.close()
      await dribbling.value
    }
  }
}
