import HTTP1
import HTTPSemantics
import Testing

@Suite("Content of a message, RFC 9112 §6.3")
struct BodyDecoderTests {
  @Test("ends after its length, however it is cut", arguments: [1, 2, 5, 100])
  func length(_ length: Int) throws {
    let content = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
    let wire = content + Array("GET /".utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      let body = try decodeBody(wire, .length(UInt64(length)), arrivals: arrivals).get()
      #expect(body == DecodedBody(content: content, rest: 5))
    }
  }

  @Test("is over at once when there is none", arguments: [MessageFraming.none, .length(0)])
  func none(_ framing: MessageFraming) throws {
    var decoder = BodyDecoder(framing)
    var isComplete = decoder.isComplete
    #expect(isComplete)
    var position = 0
    let event = try decoder.next(in: [0x47].span, at: &position)
    #expect(event == .end)
    #expect(position == 0)
    try decoder.receivedEndOfStream()
    isComplete = decoder.isComplete
    #expect(isComplete)
  }

  @Test("is known to be complete with its last octet")
  func completeAtOnce() throws {
    var decoder = BodyDecoder(.length(3))
    var position = 0
    let event = try decoder.next(in: [1, 2, 3, 4].span, at: &position)
    #expect(event == .data(0..<3))
    let isComplete = decoder.isComplete
    #expect(isComplete)
    let after = try decoder.next(in: [1, 2, 3, 4].span, at: &position)
    #expect(after == .end)
    #expect(position == 3)
  }

  @Test("lasts until the connection ends when nothing else says its end")
  func untilClose() throws {
    let wire = Array("0\r\n\r\nabc".utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      let body = try decodeBody(wire, .untilClose, arrivals: arrivals).get()
      #expect(body == DecodedBody(content: wire, isComplete: false))
    }
    var decoder = BodyDecoder(.untilClose)
    try decoder.receivedEndOfStream()
    let isComplete = decoder.isComplete
    #expect(isComplete)
  }

  @Test(
    "is truncated when the connection ends before it",
    arguments: [
      (MessageFraming.length(3), ""), (.length(3), "ab"), (.chunked, ""), (.chunked, "5"),
      (.chunked, "5\r\nhello"), (.chunked, "5\r\nhello\r\n"), (.chunked, "0\r\n"),
      (.chunked, "0\r\nA: b\r\n"),
    ])
  func truncated(_ framing: MessageFraming, _ wire: String) throws {
    var decoder = BodyDecoder(framing)
    let octets = Array(wire.utf8)
    var position = 0
    while try decoder.next(in: octets.span, at: &position) != .needMoreBytes {}
    let first = #expect(throws: BodyError.truncated) { try decoder.receivedEndOfStream() }
    // And stays so.
    let second = #expect(throws: BodyError.truncated) {
      try decoder.next(in: octets.span, at: &position)
    }
    #expect(first == second)
    let isComplete = decoder.isComplete
    #expect(!isComplete)
  }

  @Test("keeps to its first error")
  func staysFailed() {
    var decoder = BodyDecoder(.chunked)
    var position = 0
    for wire in ["x", "5\r\nhello\r\n0\r\n\r\n"] {
      let octets = Array(wire.utf8)
      #expect(throws: BodyError.invalidChunkSize(0x78)) {
        try decoder.next(in: octets.span, at: &position)
      }
    }
    #expect(throws: BodyError.invalidChunkSize(0x78)) { try decoder.receivedEndOfStream() }
  }
}
