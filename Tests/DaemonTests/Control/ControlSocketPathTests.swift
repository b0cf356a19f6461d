import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Daemon

@Suite("Where the control socket is")
struct ControlSocketPathTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var configured: String?
    var runtimeDirectory: String?
    var userRuntimeDirectory: String?
    var userID: UInt32 = 1000
    let path: String
    var directory: String?

    var testDescription: String { name }
  }

  @Test(
    "the configuration first, then systemd, then the user",
    arguments: [
      Case(
        name: "configured", configured: "/a/b", runtimeDirectory: "/run/x", path: "/a/b"),
      Case(
        name: "systemd", runtimeDirectory: "/run/x:/run/y", userID: 0,
        path: "/run/x/control.sock"),
      Case(
        name: "root", userRuntimeDirectory: "/run/user/0", userID: 0,
        path: "/run/portico/control.sock", directory: "/run/portico"),
      Case(
        name: "a user", userRuntimeDirectory: "/run/user/1000",
        path: "/run/user/1000/portico/control.sock", directory: "/run/user/1000/portico"),
      Case(
        name: "nobody's", path: "/tmp/portico-1000/control.sock",
        directory: "/tmp/portico-1000"),
    ])
  func path(_ c: Case) {
    let place = ControlSocketPath(
      configured: c.configured, runtimeDirectory: c.runtimeDirectory,
      userRuntimeDirectory: c.userRuntimeDirectory, userID: c.userID)
    #expect(place.path == c.path && place.directory == c.directory)
  }

  @Test("the socket is the user's alone; a dead one is replaced, a living one is not")
  func open() throws {
    let directory = TemporaryDirectory()
    let place = ControlSocketPath(configured: directory.file("control.sock"))
    do {
      _ = try place.open()
    }
    let socket = try place.open()
    var status = stat()
    _ = unsafe lstat(place.path, &status)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(throws: ControlSocketFailure(reason: "bind: Address already in use")) {
      _ = try place.open()
    }
    #expect(socket.descriptor >= 0)
  }

  @Test("a path that is too long is no trap")
  func tooLong() {
    let place = ControlSocketPath(configured: "/" + String(repeating: "a", count: 200))
    #expect(throws: ControlSocketFailure(reason: "the path is too long")) {
      _ = try place.open()
    }
  }
}
