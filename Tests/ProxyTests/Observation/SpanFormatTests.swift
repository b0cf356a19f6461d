import Bytes
import Foundation
import HTTPSemantics
import Testing

@testable import Proxy

@Suite("Spans, OTLP in JSON")
struct SpanFormatTests {
  private static func span(
    _ record: AccessRecord, parent: UInt64 = 0
  ) throws -> [String: Any] {
    var record = record
    record.trace = TraceParent(traceHigh: 1, traceLow: 2, span: 3, isSampled: true)
    record.parentSpan = parent
    let texts = AccessLogFormatTests.texts
    let text = written { SpanFormat.write(record, texts.span, into: &$0) }
    #expect(text.hasSuffix("}\n") && text.utf8.count(where: { $0 == 0x0A }) == 1)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: Any])
  }

  @Test("have ids, times and attributes")
  func full() throws {
    let span = try Self.span(AccessLogFormatTests.full, parent: 4)
    #expect(span["traceId"] as? String == "00000000000000010000000000000002")
    #expect(span["spanId"] as? String == "0000000000000003")
    #expect(span["parentSpanId"] as? String == "0000000000000004")
    #expect(span["name"] as? String == "GET shop-api" && span["kind"] as? Int == 2)
    #expect(span["startTimeUnixNano"] as? String == "784111777123456000")
    #expect(span["endTimeUnixNano"] as? String == "784111777124690000")
    let attributes = try #require(span["attributes"] as? [[String: Any]])
    let keys = attributes.compactMap { $0["key"] as? String }
    #expect(Set(keys).count == keys.count)
    #expect(keys.contains("error.type") && keys.contains("portico.backend_us"))
    #expect(!keys.contains("portico.queue_us"))
  }

  @Test("of what came to nothing are valid, too")
  func empty() throws {
    let span = try Self.span(AccessRecord())
    #expect(span["parentSpanId"] == nil)
    #expect((span["status"] as? [String: Any])?.isEmpty == true)
  }

  @Test("have failed for 5xx only", arguments: [(499, false), (500, true), (504, true)])
  func status(_ status: UInt16, _ hasFailed: Bool) throws {
    var record = AccessRecord()
    record.status = status
    let code = (try Self.span(record)["status"] as? [String: Any])?["code"] as? Int
    #expect(code == (hasFailed ? 2 : nil))
  }
}
