import HTTPSemantics
import Testing

@Suite("Status codes, RFC 9110 §15")
struct StatusCodeTests {
  static let phrases: [(UInt16, String)] = [
    (100, "Continue"), (101, "Switching Protocols"), (200, "OK"), (204, "No Content"),
    (304, "Not Modified"), (308, "Permanent Redirect"), (400, "Bad Request"), (404, "Not Found"),
    (405, "Method Not Allowed"), (408, "Request Timeout"), (413, "Content Too Large"),
    (414, "URI Too Long"), (417, "Expectation Failed"), (421, "Misdirected Request"),
    (425, "Too Early"), (429, "Too Many Requests"), (431, "Request Header Fields Too Large"),
    (499, "Client Closed Request"), (502, "Bad Gateway"), (503, "Service Unavailable"),
    (504, "Gateway Timeout"), (505, "HTTP Version Not Supported"), (508, "Loop Detected"),
    (299, "Unknown"), (599, "Unknown"), (0, "Unknown"),
  ]

  @Test("have the phrases of the registry", arguments: phrases)
  func phrase(_ code: UInt16, _ phrase: String) {
    #expect(StatusCode(rawValue: code).reasonPhrase.description == phrase)
  }

  @Test("only 1xx is interim")
  func interim() {
    #expect(StatusCode(rawValue: 103).isInterim)
    #expect(!StatusCode.ok.isInterim)
    #expect(!StatusCode(rawValue: 99).isInterim)
  }
}
