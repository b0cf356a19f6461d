import HTTP2
import HTTPSemantics
import Testing

@Suite("HTTP/1.1 connections that become HTTP/2, RFC 7540 §3.2")
struct UpgradeTests {
  @Test(
    "HTTP2-Settings is base64url of whole settings that are valid",
    arguments: [
      ("AAMAAABkAAQAAP__", [0, 3, 0, 0, 0, 100, 0, 4, 0, 0, 255, 255]),
      ("AAQAAAA-", [0, 4, 0, 0, 0, 62]),
      ("", []),
      // Six octets need no padding; one or two equals signs never fit.
      ("AAMAAABk=", nil), ("AAMAAABk==", nil), ("=", nil), ("====", nil), ("AAMAAABkAA==", nil),
      ("AAMAAAB", nil), ("AAMAAABkA", nil), ("AAMAAAB+", nil), ("AAMAAAB/", nil),
      ("AAMA AABk", nil),
      // SETTINGS_ENABLE_PUSH 2, SETTINGS_MAX_FRAME_SIZE 1, SETTINGS_INITIAL_WINDOW_SIZE 2^31.
      ("AAIAAAAC", nil), ("AAUAAAAB", nil), ("AASAAAAA", nil),
    ] as [(String, [UInt8]?)])
  func field(_ text: String, _ payload: [UInt8]?) {
    let octets = Array(text.utf8)
    #expect(HTTP2SettingsField.decode(octets.span) == payload)
  }

  @Test("a field that is too long is refused")
  func long() {
    let octets = Array(String(repeating: "AAMAAABk", count: 33).utf8)
    #expect(HTTP2SettingsField.decode(octets.span) == nil)
  }

  @Test("stream 1 is the request; it is served when the client has shown that it speaks HTTP/2")
  func upgrade() throws {
    let payload: [UInt8] = [0, 4, 0, 0, 0, 3]
    let rig = Rig(upgradedWith: payload)
    #expect(rig.sent() == ["SETTINGS 0", "WINDOW_UPDATE 0 983041"])
    let upgraded = rig.connection.upgradedStream
    let slot = try #require(upgraded)
    #expect(rig.connection.streamID(slot).rawValue == 1)
    #expect(rig.connection.activeStreams == 1)
    rig.receive(Wire.preface, inPiecesOf: 5)
    #expect(rig.events == [])
    rig.receive(Wire.settings([(3, 7)]))
    #expect(rig.events == ["settings"])
    rig.respond(slot, ends: false)
    // By the setting of the upgrade.
    #expect(rig.write(slot, "abcdef", ends: true) == 3)
    rig.receive(Wire.windowUpdate(1, 100))
    #expect(rig.events.last == "window 1")
    #expect(rig.write(slot, "def", ends: true) == 3)
    #expect(rig.connection.activeStreams == 0)
    rig.receive(Wire.get(3))
    #expect(rig.events.last == "end 3")
  }

  @Test(
    "the request's stream has ended on the client's side",
    arguments: [
      (Wire.data(1, "a"), ConnectionError.closedStream(.data)),
      (Wire.get(1), .closedStream(.headers)),
    ])
  func halfClosed(_ frame: [UInt8], _ error: ConnectionError) {
    let rig = Rig(upgradedWith: [])
    rig.receive(Wire.clientStart + frame)
    #expect(rig.failure == error)
  }

  @Test("the preface has to follow")
  func preface() {
    let rig = Rig(upgradedWith: [])
    rig.receive(Wire.get(3))
    #expect(rig.failure == .invalidPreface)
    let silent = Rig(upgradedWith: [])
    #expect(throws: ConnectionError.handshakeTimeout) {
      try silent.connection.check(now: 10_000_000)
    }
  }
}
