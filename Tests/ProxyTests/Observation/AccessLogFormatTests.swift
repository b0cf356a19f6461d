import Bytes
import Configuration
import Foundation
import HTTPSemantics
import Proxy
import Testing

@Suite("Access log lines")
struct AccessLogFormatTests {
  /// What the ranges of ``full`` lie in.
  static let texts = octets(
    "GET /a?b=\"1\" shop.example curl/8.0 https://x.example/ web shop-api api east "
      + "10.0.0.1:8080 192.0.2.1 id-1 1.3 TLS_AES_128_GCM_SHA256")

  static var full: AccessRecord {
    var record = AccessRecord()
    record.time = 784_111_777_123_456
    record.duration = 1_234
    record.listener = range(of: "web")
    record.route = range(of: "shop-api")
    record.cluster = range(of: "api", after: "shop-api ")
    record.subcluster = range(of: "east")
    record.backend = range(of: "10.0.0.1:8080")
    record.client = range(of: "192.0.2.1")
    record.method = range(of: "GET")
    record.target = range(of: "/a?b=\"1\"")
    record.path = range(of: "/a")
    record.host = range(of: "shop.example")
    record.userAgent = range(of: "curl/8.0")
    record.referer = range(of: "https://x.example/")
    record.status = 200
    (record.bytesIn, record.bytesOut) = (5, 1_048_576)
    record.attempts = 2
    record.end = .clientAbort
    record.termination = Termination(source: .client, phase: .response)
    record.times.wait = 70
    record.times.head = 0
    record.times.backend = 1000
    record.tlsVersion = range(of: "1.3")
    record.tlsCipher = range(of: "TLS_AES_128_GCM_SHA256")
    return record
  }

  /// Where `part` stands in ``texts``.
  private static func range(of part: String, after: String = "") -> ByteRange {
    let text = String(decoding: texts, as: UTF8.self)
    guard let found = text.range(of: after + part) else { return ByteRange() }
    let end = text.utf8.distance(from: text.startIndex, to: found.upperBound)
    return ByteRange(end - part.utf8.count..<end)
  }

  @Test("JSON has every member, in one order")
  func json() {
    var record = Self.full
    record.requestID = Self.range(of: "id-1")
    record.stream = 7
    record.proto = .http2
    record.times.queue = 1
    record.times.connect = 2
    record.times.request = 3
    record.times.response = 4
    record.trace = TraceParent(traceHigh: 1, traceLow: 0xab, span: 0xcd, isSampled: true)
    #expect(
      line(.json, record) == #"""
        {"time":"1994-11-06T08:49:37.123Z","listener":"web","route":"shop-api","cluster":"api",\#
        "subcluster":"east","backend":"10.0.0.1:8080","client":"192.0.2.1","method":"GET",\#
        "target":"/a?b=\"1\"","path":"/a","host":"shop.example","protocol":"HTTP/2.0","stream":7,\#
        "status":200,\#
        "bytes_in":5,"bytes_out":1048576,"duration_us":1234,"request_id":"id-1","attempts":2,\#
        "end":"client_abort","user_agent":"curl/8.0","referer":"https://x.example/",\#
        "termination":"CD","wait_us":70,"head_us":0,"queue_us":1,"connect_us":2,\#
        "request_us":3,"backend_us":1000,"response_us":4,"tls_version":"1.3",\#
        "tls_cipher":"TLS_AES_128_GCM_SHA256",\#
        "trace_id":"000000000000000100000000000000ab","span_id":"00000000000000cd"}

        """#)
  }

  @Test("JSON has no member for what the exchange did not come to")
  func emptyJSON() throws {
    let text = line(.json, AccessRecord())
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    #expect(
      Set(object.keys) == [
        "time", "protocol", "status", "bytes_in", "bytes_out", "duration_us", "attempts",
        "termination",
      ])
    #expect(object["termination"] as? String == "--")
  }

  @Test("numbers of any size have their room")
  func largest() throws {
    var record = AccessRecord()
    (record.duration, record.bytesIn, record.bytesOut) = (.max, .max, .max)
    (record.stream, record.attempts, record.status) = (.max, .max, .max)
    record.end = Reason.allCases.max { $0.rawValue.utf8.count < $1.rawValue.utf8.count }
    record.trace = TraceParent(traceHigh: .max, traceLow: .max, span: .max, isSampled: true)
    for phase in [
      \PhaseTimes.wait, \.head, \.queue, \.connect, \.request, \.backend, \.response,
    ] { record.times[keyPath: phase] = .max }
    let text = line(.json, record)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["bytes_out"] as? UInt64 == .max)
    for variable in LoggingConfig.AccessVariable.allCases {
      #expect(line(.text([.variable(variable), .variable(variable)]), record).count > 2)
    }
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
    let text = line(.text([.variable(variable)]), AccessRecord())
    #expect(text.hasSuffix("\n") && text.count > 1)
    #expect(variable == .timeCommon || !text.contains(" "))
  }

  @Test("no octet of the client's begins another line", arguments: [false, true])
  func injection(isJSON: Bool) {
    let texts = (0...255).map { UInt8($0) }
    var record = AccessRecord()
    (record.target, record.path) = (ByteRange(0..<256), ByteRange(0..<256))
    let variables = [LoggingConfig.AccessPiece](repeating: .variable(.target), count: 3)
    let text = line(isJSON ? .json : .text(variables + [.variable(.path)]), record, texts)
    #expect(text.utf8.filter { $0 == 0x0A }.count == 1 && text.hasSuffix("\n"))
    #expect(text.utf8.dropLast().allSatisfy { (0x20..<0x7F).contains($0) })
  }

  private func line(
    _ format: LoggingConfig.AccessFormat, _ record: AccessRecord, _ texts: [UInt8] = Self.texts
  ) -> String {
    var format = AccessLogFormat(format)
    return written { format.write(record, texts.span, into: &$0) }
  }
}
