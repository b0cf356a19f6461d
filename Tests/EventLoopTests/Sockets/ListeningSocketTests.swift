import Addressing
import Glibc
import LoopTestSupport
import Testing

@testable import EventLoop

@Suite("Listening sockets")
struct ListeningSocketTests {
  static let loopback = IPAddress(v4: 0x7F00_0001)

  /// Whether this machine has IPv6 at all.
  static let hasIPv6 = (try? ListeningSocket(opening: .ip(IPAddress(v6: 0, 1), port: 0))) != nil

  @Test("port 0 becomes a port of the kernel's choice")
  func anyPort() throws {
    let asked = Endpoint.ip(Self.loopback, port: 0)
    let first = try ListeningSocket(opening: asked)
    let second = try ListeningSocket(opening: asked)
    #expect(first.endpoint == asked)
    let ports = try [first, second].map { try #require(port(of: $0)) }
    #expect(ports[0] != 0 && ports[0] != ports[1])
    #expect(first.bound == .ip(Self.loopback, port: ports[0]))
  }

  @Test("a port that is taken is refused, and free again once the socket has gone")
  func taken() throws {
    var first: ListeningSocket? = try ListeningSocket(opening: .ip(Self.loopback, port: 0))
    let bound = try #require(first?.bound)
    #expect(throws: ListeningSocket.OpenError.failed(call: "bind", code: EADDRINUSE)) {
      try ListeningSocket(opening: bound)
    }
    first = nil
    #expect(throws: Never.self) { try ListeningSocket(opening: bound) }
  }

  @Test("IPv6 and IPv4 listen beside each other on one port", .enabled(if: hasIPv6))
  func bothFamilies() throws {
    let six = try ListeningSocket(opening: .ip(IPAddress(v6: 0, 0), port: 0))
    let shared = try #require(port(of: six))
    let four = try ListeningSocket(opening: .ip(IPAddress(v4: 0), port: shared))
    #expect(four.bound == .ip(IPAddress(v4: 0), port: shared))
    #expect(six.bound == .ip(IPAddress(v6: 0, 0), port: shared))
  }

  @Test("what has no address cannot be opened")
  func noAddress() {
    let endpoints: [Endpoint] = [
      .inherited(name: "web"), .name("backend.example", port: 80),
      .unix(path: "/" + String(repeating: "p", count: 200)),
    ]
    for endpoint in endpoints {
      #expect(throws: ListeningSocket.OpenError.noAddress) {
        try ListeningSocket(opening: endpoint)
      }
    }
  }

  @Test("a socket that nobody listens on any more makes room for a new one")
  func stale() throws {
    let path = TemporaryPath()
    var first: ListeningSocket? = try ListeningSocket(opening: .unix(path: path.text))
    #expect(first?.bound == .unix(path: path.text))
    first = nil
    #expect(path.exists, "the file stays when its socket goes")
    let second = try ListeningSocket(opening: .unix(path: path.text))
    #expect(throws: ListeningSocket.OpenError.failed(call: "bind", code: EADDRINUSE)) {
      try ListeningSocket(opening: .unix(path: path.text))
    }
    #expect(path.exists, "a live socket's file is not removed")
    #expect(second.descriptor >= 0)
  }

  @Test("a file that is no socket is not removed")
  func otherFile() {
    let path = TemporaryPath()
    let file = unsafe open(path.text, O_CREAT | O_WRONLY | O_EXCL, 0o600)
    #expect(file >= 0)
    _ = close(file)
    #expect(throws: ListeningSocket.OpenError.failed(call: "bind", code: EADDRINUSE)) {
      try ListeningSocket(opening: .unix(path: path.text))
    }
    #expect(path.exists)
  }

  @Test("a link to a stale socket is not removed")
  func link() throws {
    let (path, link) = (TemporaryPath(), TemporaryPath())
    _ = try ListeningSocket(opening: .unix(path: path.text))
    let linked = unsafe symlink(path.text, link.text)
    #expect(linked == 0)
    #expect(throws: ListeningSocket.OpenError.failed(call: "bind", code: EADDRINUSE)) {
      try ListeningSocket(opening: .unix(path: link.text))
    }
    #expect(link.exists && path.exists)
  }

  @Test("the file of a socket is removed, and what another has put in its place is not")
  func removing() throws {
    let path = TemporaryPath()
    let first = try ListeningSocket(opening: .unix(path: path.text))
    _ = unsafe unlink(path.text)
    let second = try ListeningSocket(opening: .unix(path: path.text))
    first.removeFile()
    #expect(path.exists)
    // As a listener's that gets another name.
    let moved = try ListeningSocket(
      inheriting: dup(second.descriptor), as: second.endpoint, file: second.file)
    moved.removeFile()
    #expect(!path.exists)
    second.removeFile()
    let file = unsafe open(path.text, O_CREAT | O_WRONLY | O_EXCL, 0o600)
    _ = close(file)
    second.removeFile()
    #expect(path.exists)
  }

  @Test("an abstract name is gone with its socket, and refused while it is there")
  func abstract() throws {
    let name = "@portico-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    var first: ListeningSocket? = try ListeningSocket(opening: .unix(path: name))
    #expect(first != nil)
    #expect(throws: ListeningSocket.OpenError.failed(call: "bind", code: EADDRINUSE)) {
      try ListeningSocket(opening: .unix(path: name))
    }
    first = nil
    #expect(throws: Never.self) { try ListeningSocket(opening: .unix(path: name)) }
  }

  @Test("an inherited descriptor is taken over, and does not block")
  func inherited() throws {
    let original = try ListeningSocket(opening: .ip(Self.loopback, port: 0))
    let copy = dup(original.descriptor)
    _ = fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) & ~O_NONBLOCK)
    var socket: ListeningSocket? = try ListeningSocket(
      inheriting: copy, as: .inherited(name: "web"))
    #expect(socket?.descriptor == copy)
    #expect(socket?.endpoint == .inherited(name: "web"))
    #expect(socket?.bound == original.bound)
    #expect(fcntl(copy, F_GETFL) & O_NONBLOCK != 0)
    socket = nil
    #expect(fcntl(copy, F_GETFD) == -1, "it is closed with its owner")
  }

  @Test("what is no socket is not inherited")
  func notInherited() throws {
    #expect(throws: ListeningSocket.OpenError.failed(call: "fcntl", code: EBADF)) {
      try ListeningSocket(inheriting: -1, as: .inherited(name: "web"))
    }
    let file = unsafe open("/dev/null", O_RDONLY)
    #expect(throws: ListeningSocket.OpenError.failed(call: "listen", code: ENOTSOCK)) {
      try ListeningSocket(inheriting: file, as: .inherited(name: "web"))
    }
    #expect(close(file) == 0, "it stays with who offered it")
  }
}

/// The port that a socket listens on.
func port(of socket: ListeningSocket) -> UInt16? {
  if case .ip(_, let port) = socket.bound { port } else { nil }
}

/// A path of its own for a socket, removed in the end.
final class TemporaryPath {
  let text: String

  init() {
    let directory = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? P_tmpdir
    text = "\(directory)/portico-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
  }

  deinit { _ = unsafe unlink(text) }

  var exists: Bool {
    var status = stat()
    return unsafe lstat(text, &status) == 0
  }
}
