import Testing

@testable import Daemon

@Suite("Steering the demo origin")
struct OriginSteeringTests {
  struct Case: Sendable {
    let query: String
    let change: @Sendable (inout OriginSteering) -> Void

    init(_ query: String, _ change: @escaping @Sendable (inout OriginSteering) -> Void) {
      self.query = query
      self.change = change
    }
  }

  @Test(
    "parameters mean what they say",
    arguments: [
      Case("") { _ in },
      Case("?a=b&c&=&&x=1") { _ in },
      Case("?delay=200ms&status=503") { ($0.delay, $0.status) = (.milliseconds(200), 503) },
      Case("?size=1MiB") { $0.content = .length(1 << 20) },
      Case("size=17") { $0.content = .length(17) },
      Case("?chunked=2KiB") { $0.content = .chunked(2048) },
      Case("?interval=50ms&chunks=3") {
        $0.content = .stream(chunks: 3, interval: .milliseconds(50))
      },
      Case("?close_delimited=1000&close=1") {
        ($0.content, $0.closes) = (.closeDelimited(1000), true)
      },
      Case("?early=1&drain=0") { ($0.answersEarly, $0.readsContent) = (true, false) },
      Case("?informational=103") { $0.informational = 103 },
      Case("?fail=reset") { $0.failure = .reset },
      Case("?fail=silent") { $0.failure = .silent },
    ])
  func steering(_ c: Case) throws {
    var expected = try OriginSteering(query: "")
    c.change(&expected)
    #expect(try OriginSteering(query: c.query) == expected)
  }

  @Test(
    "a value that makes no sense is told",
    arguments: [
      "status=99", "status=600", "status=", "status", "delay=5", "delay=2h", "size=-1",
      "size=9999TiB", "size=99999999999999999999", "chunks=1000001", "informational=100",
      "informational=200", "fail=please", "close=2", "early=yes", "drain=-1",
    ])
  func problems(_ parameter: String) {
    #expect(throws: OriginSteering.Problem(parameter: parameter)) {
      try OriginSteering(query: "?a=b&\(parameter)")
    }
  }
}

@Suite("JSON in one line")
struct JSONTextTests {
  @Test(
    "strings are escaped",
    arguments: [
      ("a", "\"a\""), ("", "\"\""), ("a\"\\", "\"a\\\"\\\\\""),
      ("\n\u{1}\u{7F}", "\"\\n\\u0001\\u007f\""),
      ("é", "\"é\""),
    ])
  func string(_ text: String, _ json: String) {
    #expect(JSONText.string(text) == json)
  }
}
