import HTTP2
import Testing

/// What a backend sends on stream 1, and what is told of it.
struct ResponseCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let wire: [UInt8]
  let events: [String]
  var method = "GET"

  init(_ name: String, _ wire: [UInt8], _ events: [String], method: String = "GET") {
    testDescription = name
    self.wire = wire
    self.events = events
    self.method = method
  }

  private static func failing(
    _ name: String, _ wire: [UInt8], _ error: StreamError, after events: [String] = [],
    method: String = "GET"
  ) -> ResponseCase {
    ResponseCase(name, wire, events + ["failed 1 \(error)"], method: method)
  }

  static let heads: [ResponseCase] = [
    ResponseCase(
      "the end with the head", Wire.response(1, ends: true),
      ["response 1 200 none", "end 1"]),
    ResponseCase(
      "content", Wire.response(1) + Wire.data(1, "abc", ends: true),
      ["response 1 200 chunked", "data 1 abc", "end 1"]),
    ResponseCase(
      "content-length",
      Wire.response(1, "200", [("content-length", "3")])
        + Wire.data(1, "ab") + Wire.data(1, "c", ends: true),
      ["response 1 200 length(3) content-length: 3", "data 1 abc", "end 1"]),
    ResponseCase(
      "interim responses",
      Wire.response(1, "103", [("link", "</a>")]) + Wire.response(1, "100")
        + Wire.response(1, ends: true),
      ["response 1 103 none link: </a>", "response 1 100 none", "response 1 200 none", "end 1"]),
    ResponseCase(
      "trailers",
      Wire.response(1) + Wire.data(1, "a") + Wire.headers(1, [("b", "c"), ("host", "d")]),
      ["response 1 200 chunked", "data 1 a", "trailers 1 b: c", "end 1"]),
    ResponseCase(
      "the end in an empty frame", Wire.response(1) + Wire.data(1, "", ends: true),
      ["response 1 200 chunked", "end 1"]),
    ResponseCase(
      "HEAD with content-length", Wire.response(1, "200", [("content-length", "9")], ends: true),
      ["response 1 200 none content-length: 9", "end 1"], method: "HEAD"),
    ResponseCase(
      "HEAD with a late end", Wire.response(1) + Wire.data(1, "", ends: true),
      ["response 1 200 none", "end 1"], method: "HEAD"),
    ResponseCase(
      "304 with content-length", Wire.response(1, "304", [("content-length", "9")], ends: true),
      ["response 1 304 none content-length: 9", "end 1"]),
    ResponseCase("204", Wire.response(1, "204", ends: true), ["response 1 204 none", "end 1"]),
  ]

  static let malformed: [ResponseCase] = [
    failing("no :status", Wire.headers(1, [("a", "b")]), .missingPseudoField),
    failing(
      "a second :status", Wire.headers(1, [(":status", "200"), (":status", "200")]),
      .duplicatePseudoField),
    failing(
      ":status after a field", Wire.headers(1, [("a", "b"), (":status", "200")]),
      .latePseudoField),
    failing(
      ":path in a response", Wire.headers(1, [(":status", "200"), (":path", "/")]),
      .misplacedPseudoField),
    failing("a status below 100", Wire.response(1, "099"), .invalidStatus),
    failing("a status above 599", Wire.response(1, "600"), .invalidStatus),
    failing("a status of two digits", Wire.response(1, "20"), .invalidStatus),
    failing("a status that is no number", Wire.response(1, "2x0"), .invalidStatus),
    failing("101", Wire.response(1, "101"), .invalidStatus),
    failing("connection", Wire.response(1, "200", [("connection", "close")]), .connectionField),
    failing("upper case", Wire.response(1, "200", [("A", "b")]), .invalidName(0x41)),
    failing("NUL in a value", Wire.response(1, "200", [("a", "\0")]), .invalidValue),
    failing(
      "an interim response that ends", Wire.response(1, "103", ends: true), .interimEndsStream),
    failing("content before the head", Wire.data(1, "a"), .contentBeforeHead),
    failing(
      "content after an interim response", Wire.response(1, "100") + Wire.data(1, "a"),
      .contentBeforeHead, after: ["response 1 100 none"]),
    failing(
      "a head that ends, and content-length",
      Wire.response(1, "200", [("content-length", "1")], ends: true), .contentLengthMismatch),
    failing(
      "a second head", Wire.response(1) + Wire.response(1), .trailersWithoutEnd,
      after: ["response 1 200 chunked"]),
    failing(
      "trailers with :status", Wire.response(1) + Wire.response(1, ends: true),
      .misplacedPseudoField, after: ["response 1 200 chunked"]),
    failing(
      "trailers in upper case", Wire.response(1) + Wire.headers(1, [("A", "b")]),
      .invalidName(0x41), after: ["response 1 200 chunked"]),
    failing(
      "content for HEAD", Wire.response(1) + Wire.data(1, "a"), .contentLengthMismatch,
      after: ["response 1 200 none"], method: "HEAD"),
    failing(
      "content of 204", Wire.response(1, "204") + Wire.data(1, "a"), .contentLengthMismatch,
      after: ["response 1 204 none"]),
    failing(
      "more than content-length",
      Wire.response(1, "200", [("content-length", "2")]) + Wire.data(1, "abc"),
      .contentLengthMismatch, after: ["response 1 200 length(2) content-length: 2"]),
    failing(
      "less than content-length",
      Wire.response(1, "200", [("content-length", "2")]) + Wire.data(1, "a", ends: true),
      .contentLengthMismatch, after: ["response 1 200 length(2) content-length: 2"]),
    failing(
      "trailers before content-length is reached",
      Wire.response(1, "200", [("content-length", "2")]) + Wire.headers(1, [("a", "b")]),
      .contentLengthMismatch, after: ["response 1 200 length(2) content-length: 2"]),
  ]
}

@Suite("Responses, RFC 9113 §8.1 and §8.3.2")
struct ResponseHeadInterpretationTests {
  @Test(
    "a response is told of, or fails its stream, however the octets are cut",
    arguments: ResponseCase.heads + ResponseCase.malformed)
  func outcome(_ response: ResponseCase) {
    for size in [1, 2, 3, 7, .max] {
      let rig = Rig.started(.client)
      let slot = rig.request(response.method)
      #expect(slot != nil)
      _ = rig.sent()
      rig.receive(response.wire, inPiecesOf: size)
      #expect(rig.events == response.events)
      let isFailed = response.events.last?.hasPrefix("failed") == true
      #expect(rig.sent() == (isFailed ? ["RST_STREAM 1 1"] : []))
      #expect(rig.connection.activeStreams == 0)
      if let slot { rig.connection.release(slot) }
      #expect(rig.request() == slot, "the slot is used again")
    }
  }

  @Test("interim responses are limited")
  func interim() {
    let rig = Rig.started(.client)
    _ = rig.request()
    for _ in 0..<20 { rig.receive(Wire.response(1, "100")) }
    #expect(rig.events.last == "response 1 100 none")
    rig.receive(Wire.response(1, "100"))
    #expect(rig.events.last == "failed 1 tooManyInterimResponses")
    #expect(rig.sent().last == "RST_STREAM 1 11")
  }
}
