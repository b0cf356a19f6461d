import Bytes
import HTTP2
import HTTPSemantics
import Testing

@Suite("Beginning and ending a connection, RFC 9113 §3.4, §6.5 and §6.8")
struct LifecycleTests {
  @Test("a server begins with SETTINGS and the connection's window")
  func serverStart() {
    let rig = Rig()
    let frames = rig.sentFrames()
    #expect(frames.map(\.description) == ["SETTINGS 0", "WINDOW_UPDATE 0 983041"])
    let settings: [[UInt8]] = [
      [0, 3, 0, 0, 0, 100], [0, 4, 0, 1, 0, 0], [0, 6, 0, 0, 128, 0], [0, 9, 0, 0, 0, 1],
    ]
    #expect(frames.first?.payload == settings.flatMap { $0 })
    rig.receive(Wire.clientStart + Wire.settingsAck)
    #expect(rig.events == ["settings", "acknowledged"])
    #expect(rig.sent() == ["SETTINGS 0 ACK"])
    #expect(rig.connection.nextDeadline == nil)
  }

  @Test("a client begins with the preface, and SETTINGS that forbid pushing")
  func clientStart() {
    let rig = Rig(.client)
    let octets = rig.connection.output.array
    #expect(octets.starts(with: Wire.preface))
    let frames = rig.sentFrames()
    #expect(frames.map(\.description) == ["SETTINGS 0", "WINDOW_UPDATE 0 4128769"])
    #expect(frames.first?.payload.prefix(6) == [0, 2, 0, 0, 0, 0])
    // Requests need not wait for the server.
    #expect(rig.request() != nil)
    #expect(rig.sentFrames().last?.type == 1)
  }

  @Test("all settings can be said")
  func allSettings() {
    var settings = HTTP2Settings()
    settings.headerTableOctets = 0
    settings.enablesPush = false
    settings.maxConcurrentStreams = 0
    settings.initialWindowOctets = 0
    settings.maxFrameOctets = 20_000
    settings.maxHeaderListOctets = 1
    settings.enablesConnectProtocol = true
    settings.ignoresOldPriorities = true
    let sender = Rig(settings: settings)
    let receiver = Rig(.client)
    receiver.receive(sender.connection.output.array)
    #expect(receiver.connection.peerSettings == settings)
  }

  @Test("the peer has to begin, and to acknowledge, in time")
  func deadlines() {
    let rig = Rig()
    #expect(rig.connection.nextDeadline == 10_000_000)
    #expect(throws: ConnectionError.handshakeTimeout) { try rig.connection.check(now: 10_000_000) }
    let half = Rig()
    half.receive(Wire.clientStart)
    #expect(throws: Never.self) { try half.connection.check(now: 9_999_999) }
    #expect(throws: ConnectionError.settingsTimeout) { try half.connection.check(now: 10_000_000) }
    #expect(ConnectionError.settingsTimeout.code == .settingsTimeout)
  }

  @Test(
    "a frame, or a field block, has to come to its end in time",
    arguments: [
      Array(Wire.get(1).dropLast()), Array(Wire.get(1).prefix(3)),
      Wire.frame(1, stream: 1, Wire.block(Wire.request())),
    ])
  func frameDeadline(_ part: [UInt8]) {
    let rig = Rig.started()
    rig.now = 1_000_000
    rig.receive(part)
    #expect(rig.connection.nextDeadline == 11_000_000)
    rig.now = 2_000_000
    rig.receive([])
    #expect(rig.connection.nextDeadline == 11_000_000)
    #expect(throws: ConnectionError.frameTimeout) { try rig.connection.check(now: 11_000_000) }
  }

  @Test("content is not a frame that has to end in time")
  func slowContent() {
    let rig = Rig.started()
    rig.receive(Wire.post(1) + Array(Wire.data(1, "abc").dropLast()))
    #expect(rig.connection.nextDeadline == nil)
    rig.receive(Array(Wire.data(1, "abc").suffix(1)) + Wire.get(3).prefix(20))
    #expect(rig.connection.nextDeadline == 10_000_000)
    rig.receive(Array(Wire.get(3).dropFirst(20)))
    #expect(rig.connection.nextDeadline == nil)
  }

  @Test("a server shuts down in two steps")
  func shutdown() {
    let rig = Rig.started()
    rig.receive(Wire.get(1))
    rig.connection.beginShutdown()
    #expect(rig.sent() == ["GOAWAY 0 last 2147483647 code 0"])
    rig.receive(Wire.get(3))
    #expect(rig.events.last == "end 3")
    rig.connection.finishShutdown(.noError)
    #expect(rig.sent() == ["GOAWAY 0 last 3 code 0"])
    rig.forget()
    // Ignored, but its fields are decoded and its content is counted.
    rig.receive(Wire.post(5) + Wire.data(5, "abc", ends: true) + Wire.reset(5))
    #expect(rig.events == [])
    #expect(rig.failure == nil)
    #expect(rig.connection.activeStreams == 2)
    for slot in rig.slots.values { rig.respond(slot, ends: true) }
    #expect(rig.connection.activeStreams == 0)
  }

  @Test("a client's GOAWAY lets its streams finish, and refuses others")
  func clientGoAway() {
    let rig = Rig.started()
    rig.receive(Wire.get(1) + Wire.goAway(0) + Wire.get(3))
    #expect(
      rig.events == [
        "request 1 GET / example.com none", "end 1", "goaway 0 0", "refused 3 refused",
      ])
    guard let slot = rig.slots[1] else { return }
    rig.respond(slot, ends: true)
    #expect(rig.sent() == ["RST_STREAM 3 7", "HEADERS 1 1 END"])
  }

  @Test("a server's GOAWAY closes the streams that it has not processed")
  func serverGoAway() {
    let rig = Rig.started(.client)
    let slots = [rig.request(), rig.request(), rig.request()].compactMap { $0 }
    let waiting = rig.connection.openStream()
    rig.receive(Wire.goAway(3, 0, debug: "bye"))
    #expect(rig.events == ["goaway 3 0"])
    #expect(slots.map { rig.canSend($0) } == [false, false, false])
    #expect(rig.connection.activeStreams == 3)
    #expect(!rig.canOpenStream)
    #expect(rig.connection.openStream() == nil)
    // It had no number yet.
    if let waiting { #expect(!rig.send(waiting, [(.methodPseudo, "", "GET")], ends: true)) }
    rig.receive(Wire.response(1, ends: true) + Wire.response(3, ends: true))
    #expect(rig.events.suffix(2) == ["response 3 200 none", "end 3"])
    rig.receive(Wire.goAway(1))
    #expect(rig.failure == nil)
  }

  @Test("PING is answered, and asked")
  func ping() {
    let rig = Rig.started()
    rig.receive(Wire.ping("abcdefgh"))
    let answer = rig.sentFrames()
    #expect(answer.map(\.description) == ["PING 0 ACK"])
    #expect(answer.first?.payload == Array("abcdefgh".utf8))
    rig.connection.ping(0x3132_3334_3536_3738)
    #expect(rig.sentFrames().first?.payload == Array("12345678".utf8))
    rig.receive(Wire.ping("12345678", flags: Wire.ack))
    #expect(rig.events == ["pong \(0x3132_3334_3536_3738)"])
    #expect(rig.sent() == [])
  }

  @Test("a client opens as many streams as the server takes")
  func concurrency() {
    let rig = Rig.started(.client, peerSettings: [(3, 2)])
    let slots = [rig.request(), rig.request()].compactMap { $0 }
    #expect(slots.count == 2)
    #expect(!rig.canOpenStream)
    rig.receive(Wire.response(1, ends: true))
    #expect(rig.canOpenStream)
    rig.receive(Wire.settings([(3, 1)]))
    #expect(!rig.canOpenStream)
    rig.connection.reset(slots[1], .cancel)
    #expect(rig.canOpenStream)
  }

  @Test("streams get their numbers in the order in which they begin")
  func numbers() {
    let rig = Rig.started(.client)
    guard let first = rig.connection.openStream(), let second = rig.connection.openStream() else {
      return
    }
    #expect(rig.connection.streamID(first).rawValue == 0)
    rig.send(second, [(.methodPseudo, "", "GET")], ends: true)
    rig.send(first, [(.methodPseudo, "", "GET")], ends: true)
    #expect(rig.connection.streamID(second).rawValue == 1)
    #expect(rig.connection.streamID(first).rawValue == 3)
  }

  @Test("a field block whose stream was given up within it is no other stream's")
  func blockOfReleasedStream() throws {
    let rig = Rig.started(.client)
    let first = try #require(rig.request())
    rig.receive(Wire.frame(1, stream: 1, Wire.block([(":status", "200")])))
    rig.connection.release(first)
    let second = try #require(rig.request())
    // What makes it worth a test: the slot is used again.
    #expect(second == first)
    rig.receive(Wire.continuation(1, Wire.block([("set-cookie", "a=b")]), ends: true))
    #expect(rig.events == [])
    rig.receive(Wire.response(3, "204", ends: true))
    #expect(rig.events == ["response 3 204 none", "end 3"])
  }

  @Test("a head larger than a frame goes on in CONTINUATION")
  func largeHead() {
    let client = Rig.started(.client)
    let server = Rig.started()
    guard let slot = client.connection.openStream() else { return }
    let value = String(repeating: "v", count: 8_000)
    client.send(
      slot,
      [
        (.methodPseudo, "", "POST"), (.schemePseudo, "", "http"), (.authorityPseudo, "", "a"),
        (.pathPseudo, "", "/"), (.other, "X-A", value), (.other, "x-b", value + "!"),
        (.cookie, "cookie", value + "?"),
      ], ends: false)
    let octets = client.connection.output.array
    let frames = client.sentFrames()
    #expect(frames.map(\.type) == [1, 9])
    #expect(frames.map(\.flags) == [0, 4])
    #expect(frames.allSatisfy { $0.payload.count <= 16_384 })
    server.receive(octets, inPiecesOf: 1000)
    #expect(
      server.events == [
        "request 1 POST / a chunked x-a: \(value) x-b: \(value)! cookie: \(value)?"
      ])
  }
}
