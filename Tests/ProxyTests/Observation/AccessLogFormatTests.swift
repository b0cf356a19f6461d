import Bytes
import Configuration
import Foundation
import HTTPSemantics
import Proxy
import Testing

@Suite("Access log lines")
struct AccessLogFormatTests {
  static let head = octets("GET /a?b=\"1\" shop.example curl/8.0 https://x.example/")

  static var full: AccessRecord {
    var record = AccessRecord()
    record.time = 784_111_777_123_456
    record.duration = 1_234
    (record.listener, record.route) = ("web", "shop-api")
    (record.cluster, record.subcluster, record.backend) = ("api", "east", "10.0.0.1:8080")
    record.method = ByteRange(0..<3)
    record.target = ByteRange(4..<12)
    record.path = ByteRange(4..<6)
    record.host = ByteRange(13..<25)
    record.userAgent = ByteRange(26..<34)
    record.referer = ByteRange(35..<53)
    record.status = 200
    (record.bytesIn, record.bytesOut) = (5, 1_048_576)
    record.attempts = 2
    record.end = .clientAbort
    record.termination = Termination(source: .client, phase: .response)
    record.times.wait = 70
    record.times.head = 0
    record.times.backend = 1000
    (record.tlsVersion, record.tlsCipher) = ("1.3", "TLS_AES_128_GCM_SHA256")
    return record
  }

  @Test("JSON has every member, in one order")
  func json() {
    #expect(
      line(.json, Self.full, requestID: "id-1") == #"""
        {"time":"1994-11-06T08:49:37.123Z","listener":"web","route":"shop-api","cluster":"api",\#
        "subcluster":"east","backend":"10.0.0.1:8080","client":"192.0.2.1","method":"GET",\#
        "target":"/a?b=\"1\"","path":"/a","host":"shop.example","protocol":"HTTP/1.1","stream":null,\#
        "status":200,\#
        "bytes_in":5,"bytes_out":1048576,"duration_us":1234,"request_id":"id-1","attempts":2,\#
        "end":"client_abort","user_agent":"curl/8.0","referer":"https://x.example/",\#
        "termination":"CD","wait_us":70,"head_us":0,"queue_us":null,"connect_us":null,\#
        "request_us":null,"backend_us":1000,"response_us":null,"tls_version":"1.3",\#
        "tls_cipher":"TLS_AES_128_GCM_SHA256","trace_id":null,"span_id":null}

        """#)
  }

  @Test("JSON has null for what the exchange did not come to")
  func emptyJSON() throws {
    let text = line(.json, AccessRecord(), client: "")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    let names = [
      "listener", "route", "cluster", "subcluster", "backend", "client", "method", "target", "path",
      "host",
      "request_id", "end", "user_agent", "referer", "wait_us", "head_us", "queue_us",
      "connect_us", "request_us", "backend_us", "response_us", "tls_version", "tls_cipher",
      "trace_id", "span_id",
    ]
    for name in names { #expect(object[name] is NSNull, "\(name)") }
    #expect(object.count == 34)
    #expect(object["termination"] as? String == "--")
  }

  struct Template: Sendable, CustomTestStringConvertible {
    let pieces: [LoggingConfig.AccessPiece]
    let line: String
    var testDescription: String { line }
  }

  static let templates: [Template] = [
    Template(
      pieces: [
        .variable(.client), .literal(" - - ["), .variable(.timeCommon), .literal("] \""),
        .variable(.method), .literal(" "), .variable(.target), .literal(" "), .variable(.proto),
        .literal("\" "), .variable(.status), .literal(" "), .variable(.bytesOut), .literal(" \""),
        .variable(.referer), .literal("\" \""), .variable(.userAgent), .literal("\""),
      ],
      line: #"192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] "GET /a?b=\x221\x22 HTTP/1.1" 200 "#
        + #"1048576 "https://x.example/" "curl/8.0""# + "\n"),
    Template(
      pieces: [
        .variable(.time), .literal("|"), .variable(.duration), .literal("|"), .variable(.attempts),
        .literal("|"), .variable(.end), .literal("|"), .variable(.requestID), .literal("|"),
        .variable(.host), .literal("|"), .variable(.bytesIn),
      ], line: "1994-11-06T08:49:37.123Z|0.001234|2|client_abort|-|shop.example|5\n"),
    Template(
      pieces: [
        .variable(.listener), .literal("ä"), .variable(.route), .literal(","), .variable(.cluster),
        .literal(","), .variable(.subcluster), .literal(","), .variable(.backend),
      ], line: "webäshop-api,api,east,10.0.0.1:8080\n"),
    Template(
      pieces: [
        .variable(.termination), .literal(" "), .variable(.waitTime), .literal(" "),
        .variable(.queueTime), .literal(" "), .variable(.backendTime), .literal(" "),
        .variable(.tlsVersion),
      ], line: "CD 70 - 1000 1.3\n"),
    Template(pieces: [], line: "\n"),
  ]

  @Test("a template is filled in", arguments: templates)
  func text(_ c: Template) {
    #expect(line(.text(c.pieces), Self.full) == c.line)
  }

  @Test(
    "each variable of an empty record has a text of one word",
    arguments: LoggingConfig.AccessVariable.allCases)
  func emptyText(_ variable: LoggingConfig.AccessVariable) {
    let text = line(.text([.variable(variable)]), AccessRecord(), client: "")
    #expect(text.hasSuffix("\n") && text.count > 1)
    #expect(variable == .timeCommon || !text.contains(" "))
  }

  @Test("no octet of the client's begins another line", arguments: [false, true])
  func injection(isJSON: Bool) {
    let head = (0...255).map { UInt8($0) }
    var record = AccessRecord()
    record.target = ByteRange(0..<256)
    var format = AccessLogFormat(isJSON ? .json : .text([.variable(.target)]))
    let none: [UInt8] = []
    let text = written {
      format.write(record, head: head.span, client: none.span, requestID: none.span, into: &$0)
    }
    #expect(text.utf8.filter { $0 == 0x0A }.count == 1 && text.hasSuffix("\n"))
    #expect(text.utf8.dropLast().allSatisfy { (0x20..<0x7F).contains($0) })
  }

  private func line(
    _ format: LoggingConfig.AccessFormat, _ record: AccessRecord, client: String = "192.0.2.1",
    requestID: String = ""
  ) -> String {
    var format = AccessLogFormat(format)
    let (client, requestID) = (octets(client), octets(requestID))
    return written {
      format.write(
        record, head: Self.head.span, client: client.span, requestID: requestID.span, into: &$0)
    }
  }
}
