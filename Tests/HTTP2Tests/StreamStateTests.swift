import HTTPSemantics
import Testing

@testable import HTTP2

@Suite("The life of a stream, RFC 9113 §5.1")
struct StreamStateTests {
  typealias Row = (state: StreamState, headers: StreamState.Verdict, steering: StreamState.Verdict)

  static let verdicts: [Row] = [
    (.idle, .idleStream, .idleStream),
    (.open, .accept, .accept),
    (.halfClosedLocal, .accept, .accept),
    (.halfClosedRemote, .closedStream, .accept),
    (.ended, .closedStream, .ignore),
    (.resetByPeer, .closedStream, .ignore),
    (.resetByUs, .ignore, .ignore),
  ]

  @Test("a frame is accepted, ignored, or an error of the connection", arguments: verdicts)
  func verdict(_ row: Row) {
    #expect(row.state.received(.headers) == row.headers)
    #expect(row.state.received(.data) == row.headers)
    #expect(row.state.received(.windowUpdate) == row.steering)
    #expect(row.state.received(.resetStream) == row.steering)
    #expect(row.state.received(.priority) == .accept)
  }

  typealias Events = (
    state: StreamState, sentHeaders: StreamState, sentEnd: StreamState, receivedEnd: StreamState,
    sentReset: StreamState, receivedReset: StreamState
  )

  static let events: [Events] = [
    (.idle, .open, .idle, .idle, .resetByUs, .resetByPeer),
    (.open, .open, .halfClosedLocal, .halfClosedRemote, .resetByUs, .resetByPeer),
    (.halfClosedLocal, .halfClosedLocal, .halfClosedLocal, .ended, .resetByUs, .resetByPeer),
    (.halfClosedRemote, .halfClosedRemote, .ended, .halfClosedRemote, .resetByUs, .resetByPeer),
    (.ended, .ended, .ended, .ended, .ended, .ended),
    (.resetByPeer, .resetByPeer, .resetByPeer, .resetByPeer, .resetByPeer, .resetByPeer),
    (.resetByUs, .resetByUs, .resetByUs, .resetByUs, .resetByUs, .resetByUs),
  ]

  @Test("every event in every state leads to one state", arguments: events)
  func event(_ row: Events) {
    func after(_ change: (inout StreamState) -> Void) -> StreamState {
      var state = row.state
      change(&state)
      return state
    }
    #expect(after { $0.sentHeaders() } == row.sentHeaders)
    #expect(after { $0.sentEnd() } == row.sentEnd)
    #expect(after { $0.receivedEnd() } == row.receivedEnd)
    #expect(after { $0.sentReset() } == row.sentReset)
    #expect(after { $0.receivedReset() } == row.receivedReset)
  }

  /// How a stream of a client's comes into a state, and what it says there.
  struct LateFrame: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let before: @Sendable (Rig) -> Void
    let frame: [UInt8]
    let error: ConnectionError?

    init(
      _ name: String, _ frame: [UInt8], _ error: ConnectionError?,
      before: @escaping @Sendable (Rig) -> Void
    ) {
      testDescription = name
      self.frame = frame
      self.error = error
      self.before = before
    }
  }

  private static let halfClosed: @Sendable (Rig) -> Void = { $0.receive(Wire.get(1)) }
  private static let ended: @Sendable (Rig) -> Void = { rig in
    rig.receive(Wire.get(1))
    if let slot = rig.slots[1] { rig.respond(slot, ends: true) }
  }
  private static let released: @Sendable (Rig) -> Void = { rig in
    ended(rig)
    if let slot = rig.slots[1] { rig.connection.release(slot) }
  }
  private static let resetByPeer: @Sendable (Rig) -> Void = { rig in
    rig.receive(Wire.post(1) + Wire.reset(1))
  }
  private static let resetByUs: @Sendable (Rig) -> Void = { rig in
    rig.receive(Wire.post(1))
    if let slot = rig.slots[1] { rig.connection.reset(slot, .cancel) }
  }
  private static let resetAndReleased: @Sendable (Rig) -> Void = { rig in
    resetByUs(rig)
    if let slot = rig.slots[1] { rig.connection.release(slot) }
  }
  private static let refused: @Sendable (Rig) -> Void = { rig in
    rig.receive(Wire.post(1, [("Bad", "name")]))
  }

  static let late: [LateFrame] = [
    LateFrame("DATA after END_STREAM", Wire.data(1, "a"), .closedStream(.data), before: halfClosed),
    LateFrame(
      "HEADERS after END_STREAM", Wire.get(1), .closedStream(.headers), before: halfClosed),
    LateFrame("WINDOW_UPDATE after END_STREAM", Wire.windowUpdate(1, 9), nil, before: halfClosed),
    LateFrame("DATA after both ends", Wire.data(1, "a"), .closedStream(.data), before: ended),
    LateFrame("HEADERS after both ends", Wire.get(1), .closedStream(.headers), before: ended),
    LateFrame("RST_STREAM after both ends", Wire.reset(1), nil, before: ended),
    LateFrame("WINDOW_UPDATE after both ends", Wire.windowUpdate(1, 9), nil, before: ended),
    LateFrame("DATA after release", Wire.data(1, "a"), .closedStream(.data), before: released),
    LateFrame("HEADERS after release", Wire.get(1), .closedStream(.headers), before: released),
    LateFrame("RST_STREAM after release", Wire.reset(1), nil, before: released),
    LateFrame("WINDOW_UPDATE after release", Wire.windowUpdate(1, 9), nil, before: released),
    LateFrame(
      "PRIORITY after release", Wire.frame(2, stream: 1, [0, 0, 0, 0, 1]), nil,
      before: released),
    LateFrame(
      "DATA after the peer's reset", Wire.data(1, "a"), .closedStream(.data),
      before: resetByPeer),
    LateFrame(
      "HEADERS after the peer's reset", Wire.get(1), .closedStream(.headers),
      before: resetByPeer),
    LateFrame("RST_STREAM after the peer's reset", Wire.reset(1), nil, before: resetByPeer),
    LateFrame("DATA after our reset", Wire.data(1, "a"), nil, before: resetByUs),
    LateFrame("trailers after our reset", Wire.headers(1, [("a", "b")]), nil, before: resetByUs),
    LateFrame("RST_STREAM after our reset", Wire.reset(1), nil, before: resetByUs),
    LateFrame("DATA after our reset and release", Wire.data(1, "a"), nil, before: resetAndReleased),
    LateFrame(
      "trailers after our reset and release", Wire.headers(1, [("a", "b")]), nil,
      before: resetAndReleased),
    LateFrame("DATA of a refused stream", Wire.data(1, "a"), nil, before: refused),
  ]

  @Test("a late frame is ignored, or an error of the connection", arguments: late)
  func lateFrame(_ late: LateFrame) {
    let rig = Rig.started()
    late.before(rig)
    rig.forget()
    rig.receive(late.frame)
    #expect(rig.failure == late.error)
    #expect(rig.events.count == (late.error == nil ? 0 : 1))
    // Whatever was ignored, the connection goes on.
    if late.error == nil {
      rig.receive(Wire.get(3))
      #expect(rig.events == ["request 3 GET / example.com none", "end 3"])
    }
  }

  @Test("a stream that ended on both sides makes room before it is released")
  func room() {
    var settings = HTTP2Settings.server
    settings.maxConcurrentStreams = 1
    let rig = Rig.started(settings: settings)
    rig.receive(Wire.get(1))
    #expect(rig.connection.activeStreams == 1)
    rig.receive(Wire.get(3))
    #expect(rig.events.last == "refused 3 refused")
    #expect(rig.sent() == ["RST_STREAM 3 7"])
    if let slot = rig.slots[1] { rig.respond(slot, ends: true) }
    rig.receive(Wire.get(5))
    #expect(rig.events.suffix(2) == ["request 5 GET / example.com none", "end 5"])
  }

  @Test("a stream that was reset counts until it is released")
  func resetCounts() {
    var settings = HTTP2Settings.server
    settings.maxConcurrentStreams = 1
    let rig = Rig.started(settings: settings)
    rig.receive(Wire.get(1) + Wire.reset(1) + Wire.get(3))
    #expect(rig.events.suffix(2) == ["reset 1 8", "refused 3 refused"])
    if let slot = rig.slots[1] { rig.connection.release(slot) }
    #expect(rig.connection.activeStreams == 0)
    rig.receive(Wire.get(5))
    #expect(rig.events.last == "end 5")
  }

  @Test("releasing a stream that has not ended resets it")
  func releaseResets() {
    let rig = Rig.started()
    rig.receive(Wire.post(1) + Wire.get(3) + Wire.get(5))
    rig.forget()
    if let slot = rig.slots[1] {
      rig.respond(slot, ends: true)
      rig.connection.release(slot)
    }
    #expect(rig.sent() == ["HEADERS 1 1 END", "RST_STREAM 1 0"])
    if let slot = rig.slots[3] { rig.connection.release(slot) }
    #expect(rig.sent() == ["RST_STREAM 3 2"])
    let client = Rig.started(.client)
    if let slot = client.request() { client.connection.release(slot) }
    #expect(client.sent().last == "RST_STREAM 1 8")
  }
}
