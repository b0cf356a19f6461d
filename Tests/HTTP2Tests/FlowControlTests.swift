import HTTP2
import Testing

@Suite("Flow control, RFC 9113 §6.9")
struct FlowControlTests {
  @Test("what we send is bounded by the stream's window, and goes on when it opens")
  func streamWindow() {
    let rig = Rig.started(peerSettings: [(4, 5)])
    rig.receive(Wire.get(1))
    guard let slot = rig.slots[1] else { return }
    rig.respond(slot, ends: false)
    _ = rig.sent()
    #expect(rig.connection.sendableOctets(slot) == 5)
    #expect(rig.write(slot, "abcdefgh", ends: true) == 5)
    #expect(rig.sent() == ["DATA 1 5"])
    #expect(rig.write(slot, "fgh", ends: true) == 0)
    #expect(rig.sent() == [])
    rig.forget()
    rig.receive(Wire.windowUpdate(1, 2) + Wire.windowUpdate(1, 7))
    #expect(rig.events == ["window 1", "window 1"])
    #expect(rig.write(slot, "fgh", ends: true, limit: 1) == 1)
    #expect(rig.write(slot, "gh", ends: true) == 2)
    #expect(rig.sent() == ["DATA 1 1", "DATA 1 2 END"])
    #expect(!rig.canSend(slot))
  }

  @Test("what we send is bounded by the connection's window")
  func connectionWindow() {
    let rig = Rig.started(peerSettings: [(4, 100_000)])
    rig.receive(Wire.get(1) + Wire.get(3))
    guard let first = rig.slots[1], let second = rig.slots[3] else { return }
    rig.respond(first, ends: false)
    rig.respond(second, ends: false)
    rig.forget()
    #expect(rig.write(first, String(repeating: "a", count: 70_000)) == 65_535)
    #expect(
      rig.sent() == ["DATA 1 16384", "DATA 1 16384", "DATA 1 16384", "DATA 1 16383"])
    #expect(rig.connection.sendableOctets(second) == 0)
    rig.receive(Wire.windowUpdate(0, 100))
    #expect(rig.events == ["window connection"])
    #expect(rig.write(second, String(repeating: "a", count: 100)) == 100)
    #expect(rig.connection.sendableOctets(first) == 0)
  }

  @Test("a window that is nearly shut is left alone until a frame is worth it")
  func silly() {
    let rig = Rig.started(peerSettings: [(4, 65_535)])
    rig.receive(Wire.get(1))
    guard let slot = rig.slots[1] else { return }
    rig.respond(slot, ends: false)
    let piece = String(repeating: "a", count: 5000)
    #expect(rig.write(slot, String(repeating: "a", count: 65_535)) == 65_535)
    _ = rig.sent()
    rig.receive(Wire.windowUpdate(0, 100_000))
    for _ in 0..<2 {
      // What was used up waits for more.
      rig.receive(Wire.windowUpdate(1, 1000))
      #expect(rig.write(slot, piece) == 0)
    }
    rig.forget()
    rig.receive(Wire.windowUpdate(1, 48))
    #expect(rig.events == ["window 1"])
    #expect(rig.write(slot, piece) == 2048)
    rig.receive(Wire.windowUpdate(1, 10))
    #expect(rig.write(slot, piece) == 0)
    // The last of it is worth any frame.
    #expect(rig.write(slot, "the end", ends: true) == 7)
  }

  @Test("a lowered setting makes windows negative, which WINDOW_UPDATE has to make up for")
  func negative() {
    let rig = Rig.started(peerSettings: [(4, 10)])
    rig.receive(Wire.get(1))
    guard let slot = rig.slots[1] else { return }
    rig.respond(slot, ends: false)
    #expect(rig.write(slot, "12345678") == 8)
    rig.forget()
    rig.receive(Wire.settings([(4, 3)]))
    #expect(rig.connection.sendableOctets(slot) == 0)
    // 3 - 8 is 5 below nothing.
    rig.receive(Wire.windowUpdate(1, 5))
    #expect(rig.events == ["settings"])
    #expect(rig.connection.sendableOctets(slot) == 0)
    rig.receive(Wire.windowUpdate(1, 1))
    #expect(rig.events == ["settings", "window 1"])
    #expect(rig.connection.sendableOctets(slot) == 1)
    rig.receive(Wire.settings([(4, 20)]))
    #expect(rig.connection.sendableOctets(slot) == 18)
  }

  @Test("a stream's window past 2^31-1 resets the stream")
  func streamOverflow() {
    let rig = Rig.started()
    rig.receive(Wire.get(1) + Wire.windowUpdate(1, 0x7FFF_FFFF) + Wire.get(3))
    #expect(rig.events.contains("failed 1 windowOverflow"))
    #expect(rig.sent() == ["RST_STREAM 1 3"])
    #expect(rig.events.last == "end 3")
  }

  @Test("content past a window ends the connection")
  func exceeded() {
    var settings = HTTP2Settings.server
    settings.initialWindowOctets = 65_535
    let stream = Rig.started(settings: settings)
    stream.consumesAtOnce = false
    stream.receive(Wire.post(1))
    for _ in 0..<4 { stream.receive(Wire.data(1, count: 16_383)) }
    #expect(stream.failure == nil)
    stream.receive(Wire.data(1, count: 4))
    #expect(stream.failure == .windowExceeded)

    let connection = Rig.started(
      window: ConnectionWindow(octets: 65_535, credit: .onConsumption))
    connection.consumesAtOnce = false
    connection.receive(Wire.post(1) + Wire.post(3))
    for stream: UInt32 in [1, 3, 1] { connection.receive(Wire.data(stream, count: 16_384)) }
    #expect(connection.failure == nil)
    connection.receive(Wire.data(3, count: 16_384))
    #expect(connection.failure == .windowExceeded)
  }

  @Test("content is credited when half of a window has been consumed")
  func creditOnConsumption() {
    let rig = Rig.started(window: ConnectionWindow(octets: 65_536, credit: .onConsumption))
    rig.consumesAtOnce = false
    rig.receive(Wire.post(1))
    guard let slot = rig.slots[1] else { return }
    for _ in 0..<3 { rig.receive(Wire.data(1, count: 16_384)) }
    #expect(rig.sent() == [])
    rig.connection.consumed(slot, 32_767)
    #expect(rig.sent() == [])
    rig.connection.consumed(slot, 1)
    #expect(rig.sent() == ["WINDOW_UPDATE 1 32768", "WINDOW_UPDATE 0 32768"])
    // No more than was received, whatever the owner says.
    rig.connection.consumed(slot, 1_000_000)
    rig.connection.consumed(slot, 1_000_000)
    #expect(rig.sent() == [])
  }

  @Test("a shared connection's window is credited when content comes, the stream's when it goes")
  func creditOnReceipt() {
    let rig = Rig.started(window: ConnectionWindow(octets: 65_536, credit: .onReceipt))
    rig.consumesAtOnce = false
    rig.receive(Wire.post(1))
    guard let slot = rig.slots[1] else { return }
    rig.receive(Wire.data(1, count: 16_384) + Wire.data(1, count: 16_384))
    #expect(rig.sent() == ["WINDOW_UPDATE 0 32768"])
    rig.connection.consumed(slot, 32_768)
    #expect(rig.sent() == ["WINDOW_UPDATE 1 32768"])
  }

  @Test(
    "content that nobody wants is credited to the connection",
    arguments: [ConnectionWindow.Credit.onReceipt, .onConsumption])
  func unwanted(_ credit: ConnectionWindow.Credit) {
    for size in [1000, 16_384, Int.max] {
      let rig = Rig.started(window: ConnectionWindow(octets: 65_536, credit: credit))
      rig.consumesAtOnce = false
      rig.receive(Wire.post(1))
      guard let slot = rig.slots[1] else { return }
      // Some was given to the owner before, and never consumed.
      rig.receive(Wire.data(1, count: 16_384), inPiecesOf: size)
      rig.connection.release(slot)
      rig.receive(Wire.data(1, count: 16_384), inPiecesOf: size)
      let updates = rig.sentFrames().filter { $0.type == 8 }
      #expect(updates.allSatisfy { $0.stream == 0 })
      #expect(updates.map { $0.number(at: 0) }.reduce(0, +) == 32_768)
      #expect(rig.events.last?.hasPrefix("data 1") == true)
    }
  }

  @Test("a stream that is released within a DATA frame leaves the rest of it to nobody")
  func releasedWithinFrame() {
    let rig = Rig.started()
    rig.consumesAtOnce = false
    rig.receive(Wire.post(1))
    let data = Wire.data(1, "abcdef", ends: true)
    rig.receive(Array(data[..<12]))
    #expect(rig.events.last == "data 1 abc")
    if let slot = rig.slots[1] { rig.connection.release(slot) }
    rig.receive(Array(data[12...]) + Wire.get(3))
    #expect(rig.events.suffix(3) == ["data 1 abc", "request 3 GET / example.com none", "end 3"])
  }

  @Test("padding counts, and is credited at once")
  func padding() {
    let rig = Rig.started(window: ConnectionWindow(octets: 65_535, credit: .onConsumption))
    rig.consumesAtOnce = false
    rig.receive(Wire.post(1))
    let padded = Wire.frame(
      0, flags: Wire.padded, stream: 1, [255, 0x61] + Array(repeating: 0, count: 255))
    for _ in 0..<127 { rig.receive(padded, inPiecesOf: 100) }
    #expect(rig.sent() == [])
    rig.receive(padded, inPiecesOf: 100)
    #expect(rig.sent() == ["WINDOW_UPDATE 0 32768", "WINDOW_UPDATE 1 32768"])
    #expect(rig.events.last == "data 1 a")
  }

  @Test("a client may go by the default window until it has acknowledged a smaller one")
  func smallerWindow() {
    var settings = HTTP2Settings.server
    settings.initialWindowOctets = 10
    let rig = Rig(settings: settings)
    rig.consumesAtOnce = false
    rig.receive(Wire.clientStart + Wire.post(1) + Wire.data(1, "12345678901234567890"))
    #expect(rig.failure == nil)
    rig.receive(Wire.settingsAck + Wire.data(1, "1"))
    #expect(rig.failure == .windowExceeded)
    let other = Rig.started(settings: settings)
    other.consumesAtOnce = false
    other.receive(Wire.post(1) + Wire.data(1, "1234567890"))
    #expect(other.failure == nil)
    other.receive(Wire.data(1, "1"))
    #expect(other.failure == .windowExceeded)
  }

  @Test("frames are no larger than the peer takes")
  func frameSize() {
    let rig = Rig.started(peerSettings: [(5, 1 << 20), (4, 1 << 20)])
    rig.receive(Wire.get(1) + Wire.windowUpdate(0, 1 << 20))
    guard let slot = rig.slots[1] else { return }
    rig.respond(slot, ends: false)
    _ = rig.sent()
    #expect(rig.write(slot, String(repeating: "a", count: 20_000), ends: true) == 20_000)
    #expect(rig.sent() == ["DATA 1 16384", "DATA 1 3616 END"])
  }
}
