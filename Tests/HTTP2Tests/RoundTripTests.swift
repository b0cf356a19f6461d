import Bytes
import HTTP2
import HTTPSemantics
import Testing

@Suite("Two engines that speak to each other")
struct RoundTripTests {
  /// Carries what both have to say, until neither has.
  private func exchange(_ client: Rig, _ server: Rig, inPiecesOf size: Int) {
    for _ in 0..<100 {
      let (up, down) = (client.connection.output.array, server.connection.output.array)
      if up.isEmpty, down.isEmpty { return }
      client.connection.output.removeAll()
      server.connection.output.removeAll()
      server.receive(up, inPiecesOf: size)
      client.receive(down, inPiecesOf: size)
    }
  }

  @Test(
    "a request and a response with content and trailers arrive as they were sent",
    arguments: [1, 2, 3, 7, 100, .max])
  func messages(size: Int) throws {
    let (client, server) = (Rig(.client), Rig())
    let slot = try #require(client.request("POST", ends: false))
    #expect(client.write(slot, "hello") == 5)
    client.send(slot, [(.other, "x-sum", "1")], ends: true)
    exchange(client, server, inPiecesOf: size)
    #expect(
      server.events == [
        "settings", "request 1 POST / example.com chunked", "data 1 hello", "trailers 1 x-sum: 1",
        "end 1", "acknowledged",
      ])

    let request = try #require(server.slots[1])
    server.respond(request, 103, ends: false)
    server.send(
      request,
      [
        (.statusPseudo, "", "200"), (.contentLength, "Content-Length", "5"),
        (.etag, "ETag", "\"a\""),
      ],
      ends: false)
    #expect(server.write(request, "world", ends: true) == 5)
    exchange(client, server, inPiecesOf: size)
    #expect(
      client.events == [
        "settings", "acknowledged", "response 1 103 none",
        "response 1 200 length(5) content-length: 5 etag: \"a\"", "data 1 world", "end 1",
      ])
    #expect(server.connection.activeStreams == 0)
    #expect(client.connection.activeStreams == 0)
  }

  @Test("content of any size passes through the windows", arguments: [1000, 16_384, .max])
  func content(size: Int) throws {
    let (client, server) = (Rig(.client), Rig())
    let slot = try #require(client.request("POST", ends: false))
    let content = String(repeating: "0123456789", count: 30_000)
    let octets = Array(content.utf8)
    var sent = 0
    for _ in 0..<100 where sent < octets.count {
      let rest = octets.span.extracting(sent..<octets.count)
      sent += client.connection.writeData(slot, rest, endsStream: true)
      exchange(client, server, inPiecesOf: size)
    }
    #expect(sent == octets.count)
    #expect(server.events.last == "end 1")
    let received = server.events.filter { $0.hasPrefix("data 1 ") }.map { $0.dropFirst(7) }
    #expect(received.joined() == content)
  }

  @Test("a reset reaches the other side, and both go on")
  func resets() throws {
    let (client, server) = (Rig(.client), Rig())
    let first = try #require(client.request())
    exchange(client, server, inPiecesOf: .max)
    client.connection.reset(first, .cancel)
    client.connection.release(first)
    let second = try #require(client.request())
    exchange(client, server, inPiecesOf: .max)
    #expect(server.events.suffix(3) == ["reset 1 8", "request 3 GET / example.com none", "end 3"])
    let slot = try #require(server.slots[3])
    server.connection.reset(slot, .internalError)
    server.connection.release(slot)
    exchange(client, server, inPiecesOf: .max)
    #expect(client.events.last == "reset 3 2")
    client.connection.release(second)
    #expect(client.connection.activeStreams == 0)
  }

  @Test("a slot that is given back twice belongs to one stream")
  func releasedTwice() throws {
    let client = Rig.started(.client)
    let slot = try #require(client.request())
    client.connection.release(slot)
    client.connection.release(slot)
    let (first, second) = (client.request(), client.request())
    #expect(first != second)
    #expect(client.connection.activeStreams == 2)
  }

  @Test("whatever comes is cut anywhere, and read as if it were not")
  func cuts() {
    let block = Wire.block(Wire.request("PUT"))
    let wire =
      Wire.clientStart + Wire.settingsAck + Wire.get(1) + Wire.frame(1, stream: 3, block)
      + Wire.continuation(3, [], ends: true)
      + Wire.frame(0, flags: Wire.padded, stream: 3, [2] + Array("abc\0\0".utf8))
      + Wire.ping() + Wire.data(3, "def") + Wire.headers(3, [("x-sum", "1")])
      + Wire.frame(0x77, [1, 2, 3]) + Wire.priorityUpdate(5, "u=1") + Wire.post(5)
      + Wire.windowUpdate(5, 7) + Wire.data(5, "", ends: true) + Wire.reset(5) + Wire.goAway(0)
      + Wire.get(7, [("Bad", "name")])
    let whole = Rig()
    whole.receive(wire)
    let (events, frames) = (whole.events, whole.sentFrames())
    #expect(events.count == 13 && whole.failure == nil)
    for cut in 1..<wire.count {
      let rig = Rig()
      rig.receive(cut: wire, at: [cut])
      #expect(rig.events == events, "cut at \(cut)")
      #expect(rig.sentFrames() == frames, "cut at \(cut)")
    }
  }
}
