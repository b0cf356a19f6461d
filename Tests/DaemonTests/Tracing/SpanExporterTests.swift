import Addressing
import Bytes
import Configuration
import HTTPSemantics
import LoopTestSupport
import Proxy
import Testing

@testable import Daemon

@Suite("Batches of spans")
struct SpanExporterTests {
  private static func spans(_ count: Int) -> [UInt8] {
    Array((0..<count).map { "{\"n\":\($0)}\n" }.joined().utf8)
  }

  @Test("hold whole spans, and no more than collectors take", arguments: [1, 2, 512, 513, 1100])
  func batches(_ count: Int) {
    let spans = Self.spans(count)
    var (start, total, batches) = (0, 0, 0)
    while start < spans.count {
      let (content, spansInIt, end) = SpanExporter.batch(
        of: spans.span, from: start, TracingConfig())
      let text = String(decoding: content, as: UTF8.self)
      #expect(text.hasPrefix("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"))
      #expect(text.contains("\"spans\":[{\"n\":\(total)}") && text.hasSuffix("}]}]}]}"))
      #expect(end > start && spansInIt <= UInt64(SpanExporter.mostSpans))
      start = end
      total += Int(spansInIt)
      batches += 1
    }
    #expect(total == count && batches == (count + 511) / 512)
  }

  @Test(
    "are addressed to the collector's authority",
    arguments: [
      ("127.0.0.1:4318", "127.0.0.1:4318"), ("[::1]:4318", "[::1]:4318"),
      ("unix:/run/otel.sock", "localhost"),
    ])
  func authority(_ collector: String, _ authority: String) throws {
    #expect(SpanExporter.authority(of: try Endpoint.backend(collector)) == authority)
  }

  @Test("that have no collector any more are counted as dropped")
  func noCollector() async throws {
    try await onLoop { runner in
      let ring = AccessLogRing()
      var record = AccessRecord()
      record.trace = TraceParent(traceHigh: 1, traceLow: 2, span: 3, isSampled: true)
      for _ in 0..<3 { ring.append(record, Span()) }
      let exporter = SpanExporter([ring], on: runner.loop)
      #expect(await !exporter.sendAll())
      #expect(exporter.dropped == 3 && exporter.exported == 0)
    }
  }

  @Test("name the service")
  func service() {
    var config = TracingConfig()
    config.service = "edge"
    let spans = Self.spans(1)
    let content = SpanExporter.batch(of: spans.span, from: 0, config).content
    #expect(
      String(decoding: content, as: UTF8.self) == """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",\
        "value":{"stringValue":"edge"}}]},"scopeSpans":[{"scope":{"name":"portico"},\
        "spans":[{"n":0}]}]}]}
        """)
  }
}
