import HTTP1
import HTTPSemantics
import Testing

@Suite("Responses that are refused")
struct ResponseErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let wire: String
    let error: ResponseError
    var testDescription: String { name }

    init(_ name: String, _ wire: String, _ error: ResponseError) {
      (self.name, self.wire, self.error) = (name, wire, error)
    }

    init(_ name: String, fields: String, version: String = "1.1", _ error: ResponseError) {
      self.init(name, "HTTP/\(version) 200 OK\r\n\(fields)\r\n\r\n", error)
    }
  }

  static let statusLines: [Case] = [
    Case("no status line", "<html>", .invalidVersion),
    Case("an empty line before it", "\r\nHTTP/1.1 200 OK\r\n\r\n", .invalidVersion),
    Case("lower case", "http/1.1 200 OK\r\n\r\n", .invalidVersion),
    Case("HTTP/11", "HTTP/11 200 OK\r\n\r\n", .invalidVersion),
    Case("ICY", "ICY 200 OK\r\n\r\n", .invalidVersion),
    Case("HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
    Case("HTTP/0.9", "HTTP/0.9 200 OK\r\n\r\n", .unsupportedVersion),
    Case("tab after the version", "HTTP/1.1\t200 OK\r\n\r\n", .invalidVersion),
    Case("two spaces after the version", "HTTP/1.1  200 OK\r\n\r\n", .invalidStatus),
    Case("status 099", "HTTP/1.1 099 OK\r\n\r\n", .invalidStatus),
    Case("status 600", "HTTP/1.1 600 OK\r\n\r\n", .invalidStatus),
    Case("two digits", "HTTP/1.1 20 OK\r\n\r\n", .invalidStatus),
    Case("four digits", "HTTP/1.1 2000 OK\r\n\r\n", .invalidStatus),
    Case("no digits", "HTTP/1.1 OK\r\n\r\n", .invalidStatus),
    Case("tab after the status", "HTTP/1.1 200\tOK\r\n\r\n", .invalidStatus),
    Case("NUL in the reason phrase", "HTTP/1.1 200 O\0K\r\n\r\n", .invalidReasonPhrase),
    Case("bare LF", "HTTP/1.1 200 OK\nA: b\r\n\r\n", .field(.bareLF)),
    Case("bare LF after the status", "HTTP/1.1 200\nA: b\r\n\r\n", .field(.bareLF)),
    Case("bare CR", "HTTP/1.1 200 OK\rA: b\r\n\r\n", .field(.bareCR)),
    Case(
      "8193 octets", "HTTP/1.1 200 " + String(repeating: "a", count: 8180) + "\r\n\r\n",
      .statusLineTooLong),
  ]

  static let fields: [Case] = [
    Case(
      "CL and TE", fields: "Content-Length: 1\r\nTransfer-Encoding: chunked",
      .framing(.contentLengthWithTransferEncoding)),
    Case(
      "TE in HTTP/1.0", fields: "Transfer-Encoding: chunked", version: "1.0",
      .framing(.transferEncodingOnHTTP10)),
    Case(
      "another coding", fields: "Transfer-Encoding: gzip, chunked",
      .framing(.unsupportedTransferCoding)),
    Case("chunked is not last", fields: "Transfer-Encoding: identity", .framing(.chunkedNotFinal)),
    Case(
      "two lengths", fields: "Content-Length: 1\r\nContent-Length: 2",
      .framing(.duplicateContentLength)),
    Case(
      "twice the same length", fields: "Content-Length: 1\r\nContent-Length: 1",
      .framing(.duplicateContentLength)),
    Case("a list of lengths", fields: "Content-Length: 1, 1", .framing(.invalidContentLength)),
    Case(
      "a length past 2⁶³", fields: "Content-Length: 9223372036854775808",
      .framing(.contentLengthTooLarge)),
    Case("obs-fold", fields: "A: b\r\n c", .field(.obsoleteFolding)),
    Case("bare LF", fields: "A: b\nC: d", .field(.bareLF)),
    Case("NUL in a value", fields: "A: \0", .field(.invalidValue(0))),
    Case("space before the colon", fields: "A : b", .field(.whitespaceBeforeColon)),
    Case("no colon", fields: "A", .field(.missingColon)),
    Case("an option that is no token", fields: "Connection: a/b", .field(.invalidConnectionOption)),
    Case(
      "201 fields", fields: (0..<201).map { "A\($0): b" }.joined(separator: "\r\n"),
      .field(.tooManyFields)),
    Case(
      "more than 64 KiB", fields: "A: " + String(repeating: "b", count: 65536),
      .field(.sectionTooLarge)),
  ]

  @Test("however they are cut", arguments: statusLines + fields)
  func refuses(_ c: Case) {
    let wire = Array(c.wire.utf8)
    for arrivals in Pieces.deliveries(of: wire.count) {
      #expect(throws: c.error) { try parseResponse(wire, to: .get, arrivals: arrivals).get() }
    }
  }

  @Test("framing is checked where there is no content as well", arguments: [Method.head, .get])
  func framingWithoutContent(_ method: Method) {
    let wire = Array("HTTP/1.1 304 OK\r\nContent-Length: x\r\n\r\n".utf8)
    #expect(throws: ResponseError.framing(.invalidContentLength)) {
      try parseResponse(wire, to: method, arrivals: [wire.count]).get()
    }
  }

  @Test("200 fields and 64 KiB are read")
  func justWithin() throws {
    let fields = (0..<200).map { "A\($0): b\r\n" }.joined()
    let start = "HTTP/1.1 200 OK\r\n\(fields)"
    let many = Array((start + "\r\n").utf8)
    let long = "HTTP/1.1 200 OK\r\nA: "
    let large = Array(
      (long + String(repeating: "b", count: 65536 - long.utf8.count - 4) + "\r\n\r\n").utf8)
    for wire in [many, large] {
      let parsed = try parseResponse(wire, to: .get, arrivals: [wire.count]).get()
      #expect(parsed?.length == wire.count)
    }
  }
}
