import Addressing
import EventLoop
import Testing

@testable import Daemon

/// An origin on a port of the kernel's choice, for all tests: its thread lives as long as they do.
private let port: UInt16? = {
  guard let origin = Origin(), origin.loop.startThread(name: "test-origin"),
    let socket = try? openOrigin(on: .ip(IPAddress(v4: 0x7F00_0001), port: 0)),
    case .ip(_, let port) = socket.bound
  else { return nil }
  Task(executorPreference: origin.loop) { await origin.serve(socket, as: "east/1") }
  return port
}()

@Suite("The demo origin, over real sockets")
struct OriginTests {
  private func connect() throws -> RawClient {
    let port = try #require(port)
    return try #require(RawClient(port: port))
  }

  /// The response to one request, after which the connection ends.
  private func exchange(_ request: String, pieces: Int = .max) throws -> String {
    let client = try connect()
    client.send(request, pieces: pieces)
    return client.receiveAll()
  }

  private func get(_ target: String, _ fields: String = "") throws -> String {
    try exchange("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n")
  }

  @Test("a request is echoed, whatever way it is cut", arguments: [1, 2, 3, 7, .max])
  func echo(_ pieces: Int) throws {
    let request =
      "POST /a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
      + "X: \"y\"\r\n\r\n5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nT: u\r\n\r\n"
    let response = try exchange(request, pieces: pieces)
    #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(
      response.hasSuffix(
        """
        \r\n\r\n{"origin":"east/1","method":"POST","target":"/a?b","fields":[["Host","a"],\
        ["Connection","close"],["Transfer-Encoding","chunked"],["X","\\"y\\""]],"body_length":6,\
        "trailers":[["T","u"]]}\n
        """))
  }

  @Test("requests sent ahead are answered in order, on one connection")
  func pipelining() throws {
    let client = try connect()
    for index in 0..<20 {
      client.send("POST /\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
    }
    client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let responses = client.receiveAll()
    let targets = responses.components(after: "\"target\":\"")
    #expect(targets == (0..<20).map { "/\($0)" } + ["/last"])
  }

  @Test("content that is waited for is asked for")
  func expectation() throws {
    let client = try connect()
    client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n"
        + "Expect: 100-continue\r\n\r\n")
    #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("hello")
    #expect(client.receiveAll().contains("\"body_length\":5"))
  }

  struct Case: Sendable {
    let target: String
    /// The start of the response.
    let head: String
    /// Octets of content.
    var content: Int?
    /// Part of the response.
    var part = ""
  }

  @Test(
    "the query steers the answer",
    arguments: [
      Case(target: "/?status=503", head: "HTTP/1.1 503 Service Unavailable\r\n"),
      Case(target: "/?status=204", head: "HTTP/1.1 204 No Content\r\n", content: 0),
      Case(
        target: "/?size=200KiB", head: "HTTP/1.1 200 OK\r\nContent-Length: 204800\r\n",
        content: 204_800),
      Case(target: "/?size=0", head: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", content: 0),
      Case(
        target: "/?chunked=3", head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        part: "\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
      Case(
        target: "/?chunks=2&interval=1ms",
        head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", part: "\r\n40\r\n"),
      Case(target: "/?close_delimited=1000", head: "HTTP/1.1 200 OK\r\n", content: 1000),
      Case(
        target: "/?informational=103",
        head: "HTTP/1.1 103 Early Hints\r\nLink: ", part: "\r\n\r\nHTTP/1.1 200 OK\r\n"),
      Case(target: "/?delay=1ms", head: "HTTP/1.1 200 OK\r\n", part: "\"origin\":\"east/1\""),
      Case(
        target: "/?delay=1", head: "HTTP/1.1 400 Bad Request\r\n",
        part: "cannot make sense of delay=1\n"),
      Case(target: "/?fail=garbage", head: "this is no HTTP"),
      Case(target: "/?fail=reset", head: ""),
      Case(target: "/?fail=truncate", head: "HTTP/1.1 200 OK\r\n", content: 5),
    ])
  func steering(_ c: Case) throws {
    let response = try get(c.target)
    #expect(response.hasPrefix(c.head) && response.contains(c.part))
    if let content = c.content {
      let octets = Array(response.utf8)
      let end = try #require(octets.end(of: Array("\r\n\r\n".utf8)))
      #expect(octets.count - end == content)
    }
  }

  @Test("an early answer comes before the content, and the next request after it")
  func early() throws {
    let client = try connect()
    client.send("POST /?early=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
    #expect(client.receive(until: "}\n").contains("\"body_length\":0"))
    client.send("helloGET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(client.receiveAll().contains("\"target\":\"/next\""))
  }

  @Test("HTTP/1.0 gets no chunks, and HEAD no content")
  func versions() throws {
    let old = try exchange("GET /?chunked=3 HTTP/1.0\r\n\r\n")
    #expect(old.hasSuffix("\r\n\r\nabc") && old.contains("Connection: close\r\n"))
    let head = try exchange("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(head.hasSuffix("\r\n\r\n") && head.contains("Content-Length: "))
  }

  @Test("what is no request is refused, and the connection ends")
  func refused() throws {
    #expect(try exchange("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    #expect(try exchange("GET / HTTP/1.1\r\n\r\n").contains("Connection: close\r\n"))
  }
}

extension String {
  /// The texts between each `marker` and the quote after it.
  fileprivate func components(after marker: String) -> [String] {
    var found: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: marker) {
      rest = rest[range.upperBound...]
      found.append(String(rest.prefix { $0 != "\"" }))
    }
    return found
  }
}

extension [UInt8] {
  /// Where the first `pattern` ends.
  fileprivate func end(of pattern: [UInt8]) -> Int? {
    firstRange(of: pattern)?.upperBound
  }
}
