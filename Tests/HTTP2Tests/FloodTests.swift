import HTTP2
import Testing

/// What a peer does again and again, how often it is let, and what it gets then.
struct Flood: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// What comes before.
  var start: [UInt8] = []
  let round: @Sendable (UInt32) -> [UInt8]
  /// Rounds that are let pass, out of a rested budget.
  let allowed: Int
  let error: ConnectionError
  /// What is no part of the budget is given back at once.
  var releases = true
  /// Whether one octet is sent on stream 1, as long as the window lets it.
  var answers = false

  /// The number of the stream of a round.
  static func stream(_ round: UInt32) -> UInt32 { round * 2 + 101 }

  static let floods: [Flood] = [
    Flood(
      testDescription: "rapid reset, CVE-2023-44487",
      round: { Wire.get(stream($0)) + Wire.reset(stream($0)) }, allowed: 200,
      error: .tooManyResets),
    Flood(
      testDescription: "malformed requests, that make us reset",
      round: { Wire.get(stream($0), [("A", "b")]) }, allowed: 200, error: .tooManyResets),
    Flood(
      testDescription: "window overflows, that make us reset, CVE-2025-8671",
      round: { Wire.get(stream($0)) + Wire.windowUpdate(stream($0), 0x7FFF_FFFF) },
      allowed: 200, error: .tooManyResets),
    Flood(
      testDescription: "contents that are not as long as they should be",
      round: { Wire.post(stream($0), [("content-length", "1")]) + Wire.data(stream($0), "ab") },
      allowed: 200, error: .tooManyResets),
    Flood(
      testDescription: "both kinds of reset by turns",
      round: {
        $0 % 2 == 0
          ? Wire.get(stream($0)) + Wire.reset(stream($0)) : Wire.get(stream($0), [("A", "b")])
      }, allowed: 200, error: .tooManyResets),
    Flood(
      testDescription: "streams past the limit", start: (0..<100).flatMap { Wire.post($0 * 2 + 1) },
      round: { Wire.get(stream($0) + 200) }, allowed: 1000, error: .tooManyGlitches,
      releases: false),
    Flood(
      testDescription: "PING after PING", round: { _ in Wire.ping() }, allowed: 101,
      error: .tooManyPings),
    Flood(
      testDescription: "PING acknowledgements", round: { _ in Wire.ping(flags: Wire.ack) },
      allowed: 101, error: .tooManyPings),
    Flood(
      testDescription: "PING and unknown frames by turns",
      round: { $0 % 2 == 0 ? Wire.ping() : Wire.frame(0x77, [1]) }, allowed: 2001,
      error: .tooManyGlitches),
    Flood(
      testDescription: "SETTINGS", round: { _ in Wire.settings() }, allowed: 10,
      error: .tooManySettings),
    Flood(
      testDescription: "empty DATA", start: Wire.post(1), round: { _ in Wire.data(1, "") },
      allowed: 10, error: .tooManyEmptyFrames),
    Flood(
      testDescription: "DATA of nothing but padding", start: Wire.post(1),
      round: { _ in Wire.frame(0, flags: Wire.padded, stream: 1, [1, 0]) }, allowed: 10,
      error: .tooManyEmptyFrames),
    Flood(
      testDescription: "empty unknown frames", round: { _ in Wire.frame(0x77) }, allowed: 10,
      error: .tooManyEmptyFrames),
    Flood(
      testDescription: "unknown frames", round: { _ in Wire.frame(0x77, [1]) }, allowed: 1000,
      error: .tooManyGlitches),
    Flood(
      testDescription: "PRIORITY", start: Wire.get(1),
      round: { _ in Wire.frame(2, stream: 3, [0, 0, 0, 0, 1]) }, allowed: 200,
      error: .tooManyPriorityFrames),
    Flood(
      testDescription: "PRIORITY_UPDATE", start: Wire.post(1),
      round: { Wire.priorityUpdate(1, "u=\($0 % 8)") }, allowed: 200,
      error: .tooManyPriorityFrames),
    Flood(
      testDescription: "WINDOW_UPDATE", start: Wire.post(1),
      round: { _ in Wire.windowUpdate(0, 1000) }, allowed: 7, error: .tooManyWindowUpdates),
    Flood(
      testDescription: "a window kept nearly shut, CVE-2019-9511",
      start: Wire.settings([(4, 0)]) + Wire.post(1),
      round: { _ in Wire.windowUpdate(1, 1) }, allowed: 1000, error: .tooManyGlitches,
      answers: true),
    Flood(
      testDescription: "CONTINUATION, CVE-2024-27316",
      start: Wire.frame(1, stream: 1, Wire.block(Wire.request())),
      round: { _ in Wire.continuation(1, Wire.block([("a", "b")]), ends: false) }, allowed: 8,
      error: .tooManyContinuations),
    Flood(
      testDescription: "a field block past 32 KiB",
      start: Wire.frame(1, stream: 1, Wire.block(Wire.request())),
      round: { _ in
        Wire.continuation(
          1, Wire.block([("a", String(repeating: "b", count: 10_000))]), ends: false)
      }, allowed: 3, error: .fieldBlockTooLarge),
    Flood(
      testDescription: "GOAWAY", round: { _ in Wire.goAway(0) }, allowed: 1001,
      error: .tooManyGlitches),
    Flood(
      testDescription: "RST_STREAM of a stream that has ended", start: Wire.get(1) + Wire.reset(1),
      round: { _ in Wire.reset(1) }, allowed: 1000, error: .tooManyGlitches),
  ]
}

@Suite("Floods")
struct FloodTests {
  @Test("a flood ends with ENHANCE_YOUR_CALM", arguments: Flood.floods)
  func flood(_ flood: Flood) {
    let rig = Rig.started()
    rig.receive(flood.start)
    for round in 0..<UInt32(flood.allowed) {
      rig.receive(flood.round(round))
      settle(rig, flood, round)
      #expect(rig.failure == nil, "in round \(round)")
      if rig.failure != nil { return }
    }
    rig.receive(flood.round(UInt32(flood.allowed)))
    #expect(rig.failure == flood.error)
    #expect(rig.sentFrames().last?.number(at: 4) == 11)
  }

  private func settle(_ rig: Rig, _ flood: Flood, _ round: UInt32) {
    if flood.answers, let slot = rig.slots[1] { _ = rig.write(slot, "a") }
    if flood.releases, let slot = rig.slots[Flood.stream(round)] { rig.connection.release(slot) }
    _ = rig.sentFrames()
  }

  @Test("what was used up comes back with time", arguments: Flood.floods.prefix(4))
  func rested(_ flood: Flood) {
    let rig = Rig.started()
    for round in 0..<UInt32(1000) {
      rig.now += 1_000_000 / 33 + 1
      rig.receive(flood.round(round))
      settle(rig, flood, round)
    }
    #expect(rig.failure == nil)
  }

  @Test("small messages may be credited one by one")
  func smallCredits() throws {
    let rig = Rig.started()
    rig.receive(Wire.get(1))
    let slot = try #require(rig.slots[1])
    rig.respond(slot, ends: false)
    for _ in 0..<3000 {
      _ = rig.write(slot, "a")
      rig.receive(Wire.windowUpdate(1, 1) + Wire.windowUpdate(0, 1))
      _ = rig.sentFrames()
    }
    #expect(rig.failure == nil)
  }

  @Test("PING between other frames costs nothing")
  func probing() {
    let rig = Rig.started()
    rig.receive(Wire.post(1))
    for _ in 0..<2000 {
      rig.receive(Wire.ping() + Wire.data(1, "a"))
      _ = rig.sentFrames()
    }
    #expect(rig.failure == nil)
  }

  @Test("a client that reads nothing of what it makes us write is cut off")
  func unsent() {
    let rig = Rig.started()
    rig.receive(Wire.post(1))
    let round = Wire.ping() + Wire.data(1, "a")
    for _ in 0..<1000 { rig.receive(round) }
    #expect(rig.failure == nil)
    rig.receive(round)
    #expect(rig.failure == .tooManyUnsentFrames)
  }

  @Test("a client that uses up most of its budget is asked to leave")
  func asked() {
    let rig = Rig.started()
    for _ in 0..<750 { rig.receive(Wire.frame(0x77, [1])) }
    #expect(rig.sent() == [])
    for _ in 0..<10 { rig.receive(Wire.frame(0x77, [1])) }
    #expect(rig.sent() == ["GOAWAY 0 last 2147483647 code 0"])
  }

  @Test("a head that is too large is answered 431 once, then the connection ends")
  func largeHeads() {
    let rig = Rig.started()
    let fields = (0..<97).map { ("a\($0)", "b") }
    rig.receive(Wire.get(1, fields))
    #expect(rig.events == ["request 1    none ! headTooLarge", "end 1"])
    rig.receive(Wire.get(3))
    #expect(rig.events.last == "end 3")
    rig.receive(Wire.get(5, fields))
    #expect(rig.failure == .headsTooLarge)
  }

  @Test("cookie crumbs count one by one")
  func crumbs() {
    let rig = Rig.started()
    rig.receive(Wire.get(1, (0..<96).map { ("cookie", "a=\($0)") }))
    #expect(rig.events.first?.hasSuffix("cookie: a=95") == true)
    rig.receive(Wire.get(3, (0..<97).map { ("cookie", "a=\($0)") }))
    #expect(rig.events.suffix(2) == ["request 3    none ! headTooLarge", "end 3"])
  }

  @Test("a backend's heads and trailers are limited, too")
  func backend() {
    let rig = Rig.started(.client, limits: .client)
    _ = rig.request()
    _ = rig.request()
    rig.receive(Wire.response(1, "200", (0..<200).map { ("a\($0)", "b") }))
    #expect(rig.events.last == "failed 1 headTooLarge")
    rig.receive(Wire.response(3) + Wire.headers(3, (0..<33).map { ("a\($0)", "b") }))
    #expect(rig.events.last == "failed 3 trailersTooLarge")
  }
}
