import HPACK
import HTTP2
import Testing

/// What a client sends behind its connection start, and what the connection ends by.
struct BrokenFrame: CustomTestStringConvertible, Sendable {
  let name: String
  let wire: [UInt8]
  let error: ConnectionError
  var role = HTTP2Connection.Role.server

  var testDescription: String { name }

  init(
    _ name: String, _ wire: [UInt8], _ error: ConnectionError,
    role: HTTP2Connection.Role = .server
  ) {
    self.name = name
    self.wire = wire
    self.error = error
    self.role = role
  }

  private static let head = Wire.block(Wire.request())

  static let lengths: [BrokenFrame] = [
    BrokenFrame(
      "a frame above SETTINGS_MAX_FRAME_SIZE", Wire.data(1, count: 16_385), .frameTooLarge),
    BrokenFrame("PING of 7 octets", Wire.ping("1234567"), .frameSize(.ping)),
    BrokenFrame("PING of 9 octets", Wire.ping("123456789"), .frameSize(.ping)),
    BrokenFrame("SETTINGS of 5 octets", Wire.frame(4, [0, 0, 0, 0, 0]), .frameSize(.settings)),
    BrokenFrame(
      "SETTINGS acknowledgement with a payload", Wire.frame(4, flags: 1, [0, 1, 0, 0, 0, 0]),
      .frameSize(.settings)),
    BrokenFrame(
      "33 settings", Wire.settings(Array(repeating: (9, 1), count: 33)), .tooManySettings),
    BrokenFrame(
      "RST_STREAM of 3 octets", Wire.get(1) + Wire.frame(3, stream: 1, [0, 0, 8]),
      .frameSize(.resetStream)),
    BrokenFrame(
      "WINDOW_UPDATE of 5 octets", Wire.frame(8, [0, 0, 0, 0, 1]),
      .frameSize(.windowUpdate)),
    BrokenFrame(
      "PRIORITY of 4 octets", Wire.frame(2, stream: 1, [0, 0, 0, 0]),
      .frameSize(.priority)),
    BrokenFrame("GOAWAY of 7 octets", Wire.frame(7, [0, 0, 0, 0, 0, 0, 0]), .frameSize(.goAway)),
    BrokenFrame(
      "PRIORITY_UPDATE of 3 octets", Wire.frame(0x10, [0, 0, 1]),
      .frameSize(.priorityUpdate)),
    BrokenFrame(
      "HEADERS too short for its priority",
      Wire.frame(1, flags: Wire.endHeaders | Wire.priority, stream: 1, [0, 0, 0, 0]),
      .frameSize(.headers)),
    BrokenFrame(
      "HEADERS too short for the length of its padding",
      Wire.frame(1, flags: Wire.endHeaders | Wire.padded, stream: 1), .frameSize(.headers)),
    BrokenFrame(
      "DATA too short for the length of its padding",
      Wire.post(1) + Wire.frame(0, flags: Wire.padded, stream: 1), .frameSize(.data)),
    BrokenFrame(
      "DATA with padding as long as its payload",
      Wire.post(1) + Wire.frame(0, flags: Wire.padded, stream: 1, [4, 0x61, 0, 0]),
      .excessivePadding),
    BrokenFrame(
      "HEADERS with padding as long as its payload",
      Wire.frame(
        1, flags: Wire.endHeaders | Wire.padded, stream: 1, [UInt8(head.count + 1)] + head),
      .excessivePadding),
  ]

  static let streams: [BrokenFrame] = [
    BrokenFrame("DATA on stream 0", Wire.data(0, "a"), .wrongStream(.data)),
    BrokenFrame("HEADERS on stream 0", Wire.get(0), .wrongStream(.headers)),
    BrokenFrame("PRIORITY on stream 0", Wire.frame(2, [0, 0, 0, 0, 0]), .wrongStream(.priority)),
    BrokenFrame("RST_STREAM on stream 0", Wire.reset(0), .wrongStream(.resetStream)),
    BrokenFrame(
      "SETTINGS on a stream", Wire.frame(4, stream: 1), .wrongStream(.settings)),
    BrokenFrame(
      "PING on a stream", Wire.frame(6, stream: 1, Array("12345678".utf8)), .wrongStream(.ping)),
    BrokenFrame(
      "GOAWAY on a stream", Wire.frame(7, stream: 1, Array(repeating: 0, count: 8)),
      .wrongStream(.goAway)),
    BrokenFrame(
      "PRIORITY_UPDATE on a stream", Wire.frame(0x10, stream: 1, [0, 0, 0, 1]),
      .wrongStream(.priorityUpdate)),
    BrokenFrame(
      "PRIORITY_UPDATE of stream 0", Wire.priorityUpdate(0, "u=1"), .invalidPriorityUpdate),
    BrokenFrame(
      "PRIORITY_UPDATE from a server", Wire.priorityUpdate(1, "u=1"), .invalidPriorityUpdate,
      role: .client),
    BrokenFrame("a request on an even stream", Wire.get(2), .invalidStreamID(.headers)),
    BrokenFrame(
      "a request on a lower stream", Wire.get(5) + Wire.get(3), .invalidStreamID(.headers)),
    BrokenFrame("DATA on an idle stream", Wire.data(1, "a"), .idleStream(.data)),
    BrokenFrame("RST_STREAM on an idle stream", Wire.reset(1), .idleStream(.resetStream)),
    BrokenFrame("RST_STREAM on an even stream", Wire.reset(2), .idleStream(.resetStream)),
    BrokenFrame(
      "WINDOW_UPDATE on an idle stream", Wire.windowUpdate(1, 1), .idleStream(.windowUpdate)),
    BrokenFrame(
      "a response on a stream that was not opened", Wire.response(1), .idleStream(.headers),
      role: .client),
    BrokenFrame(
      "a response on an even stream", Wire.response(2), .idleStream(.headers), role: .client),
    BrokenFrame(
      "PUSH_PROMISE from a client",
      Wire.frame(5, flags: Wire.endHeaders, stream: 1, [0, 0, 0, 2] + head),
      .unexpectedPushPromise),
    BrokenFrame(
      "PUSH_PROMISE from a server",
      Wire.frame(5, flags: Wire.endHeaders, stream: 1, [0, 0, 0, 2] + head),
      .unexpectedPushPromise, role: .client),
  ]

  static let priorities: [BrokenFrame] = [
    BrokenFrame(
      "PRIORITY of a stream that depends on itself", Wire.frame(2, stream: 3, [0, 0, 0, 3, 16]),
      .selfDependency),
    BrokenFrame(
      "HEADERS of a stream that depends on itself",
      Wire.frame(
        1, flags: Wire.endHeaders | Wire.priority, stream: 1, [128, 0, 0, 1, 16] + head),
      .selfDependency),
  ]

  static let blocks: [BrokenFrame] = [
    BrokenFrame(
      "CONTINUATION alone", Wire.continuation(1, [], ends: true), .unexpectedContinuation),
    BrokenFrame(
      "CONTINUATION after END_HEADERS", Wire.get(1) + Wire.continuation(1, [], ends: true),
      .unexpectedContinuation),
    BrokenFrame(
      "CONTINUATION of another stream",
      Wire.frame(1, stream: 1, head) + Wire.continuation(3, [], ends: true),
      .interruptedFieldBlock),
    BrokenFrame(
      "DATA within a field block", Wire.frame(1, stream: 1, head) + Wire.data(1, "a"),
      .interruptedFieldBlock),
    BrokenFrame(
      "PING within a field block", Wire.frame(1, stream: 1, head) + Wire.ping(),
      .interruptedFieldBlock),
    BrokenFrame(
      "an unknown frame within a field block",
      Wire.frame(1, stream: 1, head) + Wire.frame(0x77, stream: 1), .interruptedFieldBlock),
    BrokenFrame(
      "a table index that there is not",
      Wire.frame(1, flags: Wire.endHeaders, stream: 1, [0xFF, 0x20]), .fieldBlock(.indexPastTable)),
  ]

  static let settings: [BrokenFrame] = [
    BrokenFrame("SETTINGS_ENABLE_PUSH 2", Wire.settings([(2, 2)]), .invalidSetting(2)),
    BrokenFrame(
      "SETTINGS_ENABLE_PUSH 1 from a server", Wire.settings([(2, 1)]), .invalidSetting(2),
      role: .client),
    BrokenFrame("SETTINGS_MAX_FRAME_SIZE 16383", Wire.settings([(5, 16_383)]), .invalidSetting(5)),
    BrokenFrame("SETTINGS_MAX_FRAME_SIZE 2^24", Wire.settings([(5, 1 << 24)]), .invalidSetting(5)),
    BrokenFrame(
      "SETTINGS_INITIAL_WINDOW_SIZE 2^31", Wire.settings([(4, 1 << 31)]), .invalidInitialWindow),
    BrokenFrame("SETTINGS_ENABLE_CONNECT_PROTOCOL 2", Wire.settings([(8, 2)]), .invalidSetting(8)),
    BrokenFrame(
      "SETTINGS_ENABLE_CONNECT_PROTOCOL taken back",
      Wire.settings([(8, 1)]) + Wire.settings([(8, 0)]),
      .invalidSetting(8)),
    BrokenFrame("SETTINGS_NO_RFC7540_PRIORITIES 2", Wire.settings([(9, 2)]), .invalidSetting(9)),
    BrokenFrame(
      "SETTINGS_NO_RFC7540_PRIORITIES changed", Wire.settings([(9, 1)]), .invalidSetting(9)),
    BrokenFrame(
      "an acknowledgement that nothing is waiting for", Wire.settingsAck,
      .unexpectedSettingsAcknowledgement),
  ]

  static let windows: [BrokenFrame] = [
    BrokenFrame("WINDOW_UPDATE 0 on the connection", Wire.windowUpdate(0, 0), .zeroWindowUpdate),
    BrokenFrame(
      "WINDOW_UPDATE 0 on a stream", Wire.get(1) + Wire.windowUpdate(1, 0), .zeroWindowUpdate),
    BrokenFrame(
      "the connection's window past 2^31-1", Wire.windowUpdate(0, 0x7FFF_FFFF), .windowOverflow),
    BrokenFrame(
      "a setting that takes a stream's window past 2^31-1",
      Wire.get(1) + Wire.windowUpdate(1, 1) + Wire.settings([(4, 0x7FFF_FFFF)]),
      .invalidInitialWindow),
    BrokenFrame("GOAWAY with a rising number", Wire.goAway(1) + Wire.goAway(3), .risingGoAway),
  ]
}

@Suite("Frames that end the connection, RFC 9113 §4 to §6")
struct FrameRulesTests {
  @Test(
    "the connection ends by the rule, however the octets are cut",
    arguments: [
      BrokenFrame.lengths, BrokenFrame.streams, BrokenFrame.blocks, BrokenFrame.settings,
      BrokenFrame.windows, BrokenFrame.priorities,
    ].flatMap { $0 })
  func broken(_ broken: BrokenFrame) {
    for size in [1, 2, 3, 7, .max] {
      let rig = Rig.started(broken.role)
      rig.receive(broken.wire, inPiecesOf: size)
      #expect(rig.failure == broken.error, "in pieces of \(size)")
      let goAway = rig.sentFrames().last
      #expect(goAway?.type == 7)
      #expect(goAway?.number(at: 4) == broken.error.code.rawValue)
    }
  }

  @Test(
    "the connection must begin with the preface and SETTINGS",
    arguments: [
      ("GET / HTTP/1.1\r\n", ConnectionError.invalidPreface),
      ("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", .invalidPreface),
    ])
  func preface(_ text: String, _ error: ConnectionError) {
    for size in [1, 2, 3, 7, .max] {
      let rig = Rig()
      rig.receive(Array(text.utf8), inPiecesOf: size)
      #expect(rig.failure == error)
    }
  }

  @Test(
    "the first frame must be SETTINGS",
    arguments: [
      Wire.ping(), Wire.settingsAck, Wire.get(1), Wire.windowUpdate(0, 1), Wire.data(1, "a"),
      Wire.frame(0x77),
    ])
  func firstFrame(_ frame: [UInt8]) {
    let server = Rig()
    server.receive(Wire.preface + frame)
    #expect(server.failure == .firstFrameNotSettings)
    let client = Rig(.client)
    client.receive(frame)
    #expect(client.failure == .firstFrameNotSettings)
  }

  @Test("a failed connection stays failed")
  func staysFailed() {
    let rig = Rig.started()
    rig.receive(Wire.windowUpdate(0, 0))
    var position = 0
    let ping = Wire.ping()
    #expect(throws: ConnectionError.zeroWindowUpdate) {
      try rig.connection.receive(ping.span, at: &position, now: 0)
    }
  }

  @Test("unknown frames, flags, settings and the reserved bit are ignored")
  func ignored() {
    let rig = Rig.started()
    var get = Wire.get(1)
    get[4] |= 0xC0 | 0x02
    get[5] |= 0x80
    rig.receive(
      Wire.frame(0x77, flags: 0xFF, stream: 9, [1, 2, 3]) + Wire.settings([(0x77, 1)])
        + Wire.frame(2, stream: 3, [0, 0, 0, 5, 16]) + get, inPiecesOf: 5)
    #expect(rig.events == ["settings", "request 1 GET / example.com none", "end 1"])
    #expect(rig.sent() == ["SETTINGS 0 ACK"])
  }

  static let comings: [(octets: [UInt8], isHead: Bool)] = [
    (Wire.get(3), true), (Array(Wire.get(3).prefix(9)), true),
    (Array(Wire.get(3).prefix(8)), false),
    (Wire.data(1, "x"), false), (Wire.reset(1), false), (Wire.ping() + Wire.get(3), false),
    ([], false),
  ]

  @Test("whether a head comes next is seen before it is read", arguments: comings)
  func beforeHead(_ coming: (octets: [UInt8], isHead: Bool)) {
    let rig = Rig.started()
    rig.receive(Wire.post(1))
    let isHead = rig.connection.isBeforeHead(coming.octets.span, at: 0)
    #expect(isHead == coming.isHead)
    let skipped = [0xFF, 0xFF] + coming.octets
    let isHeadBehind = rig.connection.isBeforeHead(skipped.span, at: 2)
    #expect(isHeadBehind == coming.isHead)
  }

  @Test("content that looks like a head is none")
  func contentBeforeHead() {
    let rig = Rig.started()
    rig.receive(Wire.post(1) + Wire.data(1, count: 100).dropLast(50))
    let looksLikeHead = Wire.get(3)
    let isHead = rig.connection.isBeforeHead(looksLikeHead.span, at: 0)
    #expect(!isHead)
  }
}
