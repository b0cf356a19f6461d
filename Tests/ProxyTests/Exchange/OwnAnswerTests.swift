import HTTPSemantics
import Proxy
import Testing

@Suite("Portico's own answers")
struct OwnAnswerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let accept: String
    let form: OwnAnswer.Form
    var testDescription: String { accept }

    init(_ accept: String, _ form: OwnAnswer.Form) { (self.accept, self.form) = (accept, form) }
  }

  static let cases: [Case] = [
    Case("", .text),
    Case("*/*", .text),
    Case("application/*", .text),
    Case("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text),
    Case("application/json", .json),
    Case("Application/JSON; charset=utf-8", .json),
    Case("application/problem+json", .json),
    Case("application/vnd.api+JSON;q=0.5", .json),
    Case("+json", .text),
    Case("application/jsonx", .text),
    Case("application/json, text/plain, */*", .json),
    Case("text/html, application/json", .text),
    Case("application/json, text/html", .json),
    Case("text/html;q=0.9, application/json", .json),
    Case("application/json;q=0.5, text/html;q=0.4", .json),
    Case("application/json;q=0.5, text/html", .text),
    Case("application/json;q=0.5, */*", .text),
    Case("*/*, application/json", .json),
    Case("application/json;q=0.5, */*;q=0.1", .json),
    Case("application/json;q=0", .text),
    Case("application/json;q=0.000", .text),
    Case("application/json;q=0.001", .json),
    Case("application/json;q=1.000", .json),
    Case("application/json;version=1;q=0", .text),
    Case("application/json;q=2", .text),
    Case("application/json;q=", .text),
    Case("application/json;q=0,5", .text),
    Case("application/json;q=0.5555", .text),
    Case(" , ;, application/json ,", .json),
    Case("text/html;q=0, application/json;q=0.1", .json),
  ]

  @Test("JSON is for clients that ask for it", arguments: cases)
  func form(_ c: Case) {
    let form = OwnAnswer.form(accept: octets(c.accept).span)
    #expect(form == c.form)
  }

  @Test("the content names status, phrase and reason")
  func content() {
    #expect(
      written { OwnAnswer.write(.serviceUnavailable, reason: .noBackend, form: .text, into: &$0) }
        == "503 Service Unavailable: no_backend\n")
    #expect(
      written { OwnAnswer.write(.serviceUnavailable, reason: .noBackend, form: .json, into: &$0) }
        == """
        {"status":503,"error":"Service Unavailable","reason":"no_backend"}

        """)
    #expect(
      written { OwnAnswer.write(.notFound, reason: nil, form: .text, into: &$0) }
        == "404 Not Found\n")
    #expect(
      written { OwnAnswer.write(.notFound, reason: nil, form: .json, into: &$0) }
        == "{\"status\":404,\"error\":\"Not Found\"}\n")
  }
}
