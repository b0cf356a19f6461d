import HTTP1
import HTTPSemantics

extension RefusedRequest {
  /// RFC 9110 §7.6.1 and §10.1.1.
  static let options: [RefusedRequest] = [
    RefusedRequest(
      "another expectation", fields: "Expect: x", .unsupportedExpectation, .expectationFailed),
    RefusedRequest(
      "an expectation beside 100-continue", fields: "Expect: 100-continue, x",
      .unsupportedExpectation, .expectationFailed),
    RefusedRequest(
      "100-continue twice", fields: "Expect: 100-continue\r\nExpect: 100-continue",
      .unsupportedExpectation, .expectationFailed),
    RefusedRequest(
      "no expectation", fields: "Expect:", .unsupportedExpectation, .expectationFailed),
    RefusedRequest(
      "100-continue in disguise", fields: "Expect: 100-continue;q=1", .unsupportedExpectation,
      .expectationFailed),
    RefusedRequest(
      "an option that is no token", fields: "Connection: \"close\"",
      .field(.invalidConnectionOption)),
    RefusedRequest(
      "space in an option", fields: "Connection: a b", .field(.invalidConnectionOption)),
    RefusedRequest(
      "65 options", fields: "Connection: \((0..<65).map { "x\($0)" }.joined(separator: ","))",
      .field(.tooManyConnectionOptions)),
  ]

  static let limits: [RefusedRequest] = [
    RefusedRequest(
      "a request line of 8193 octets",
      "GET /\(String(repeating: "a", count: 8193 - "GET / HTTP/1.1".utf8.count)) HTTP/1.1\r\nHost: a\r\n\r\n",
      .targetTooLong, .uriTooLong),
    RefusedRequest(
      "a head of 32769 octets",
      fields: "X: "
        + String(
          repeating: "a", count: 32769 - "POST / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".utf8.count),
      .field(.sectionTooLarge), .requestHeaderFieldsTooLarge),
    RefusedRequest(
      "101 fields", fields: (0..<100).map { "X\($0): y" }.joined(separator: "\r\n"),
      .field(.tooManyFields), .requestHeaderFieldsTooLarge),
    RefusedRequest(
      "odd names count as well", fields: (0..<100).map { "X_\($0): y" }.joined(separator: "\r\n"),
      .field(.tooManyFields), .requestHeaderFieldsTooLarge),
  ]
}
