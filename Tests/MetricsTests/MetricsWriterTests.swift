import Bytes
import Metrics
import Testing

@Suite("Metrics as text")
struct MetricsWriterTests {
  private static func page(_ format: MetricsFormat) -> String {
    var writer = MetricsWriter(format)
    writer.begin("app_requests", .counter, "Requests.")
    writer.sample([("route", "a\"b\\c\nd"), ("class", "2xx")], 12)
    writer.sample([("route", "all"), ("class", "5xx")], 0)
    writer.begin("app_build", .info, "What runs.")
    writer.sample([("version", "1.2.3")], true)
    writer.begin("app_busy_seconds", .counter, "Time.")
    writer.sample(microseconds: 1_500_000)
    writer.begin("app_wait_seconds", .histogram, "Waits.")
    writer.histogram(
      [("listener", "web")], bounds: [100, 2500, 1_000_000], buckets: [1, 2, 0, 4], sum: 5_000_100,
      millionths: true)
    writer.begin("app_size_bytes", .histogram, "Sizes.")
    writer.histogram(bounds: [0, 1024], buckets: [3, 0, 1], sum: 4096, millionths: false)
    writer.begin("app_answer_seconds", .summary, "Answers.")
    writer.summary(
      [("backend", "a")], quantiles: [("0.5", 1500), ("0.99", 2_000_000)], sum: 2_001_500, count: 2)
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  @Test("the format of Prometheus names counters with their suffix")
  func prometheus() {
    #expect(
      Self.page(.prometheus) == """
        # HELP app_requests_total Requests.
        # TYPE app_requests_total counter
        app_requests_total{route="a\\"b\\\\c\\nd",class="2xx"} 12
        app_requests_total{route="all",class="5xx"} 0
        # HELP app_build_info What runs.
        # TYPE app_build_info gauge
        app_build_info{version="1.2.3"} 1
        # HELP app_busy_seconds_total Time.
        # TYPE app_busy_seconds_total counter
        app_busy_seconds_total 1.5
        # HELP app_wait_seconds Waits.
        # TYPE app_wait_seconds histogram
        app_wait_seconds_bucket{listener="web",le="0.0001"} 1
        app_wait_seconds_bucket{listener="web",le="0.0025"} 3
        app_wait_seconds_bucket{listener="web",le="1.0"} 3
        app_wait_seconds_bucket{listener="web",le="+Inf"} 7
        app_wait_seconds_sum{listener="web"} 5.0001
        app_wait_seconds_count{listener="web"} 7
        # HELP app_size_bytes Sizes.
        # TYPE app_size_bytes histogram
        app_size_bytes_bucket{le="0"} 3
        app_size_bytes_bucket{le="1024"} 3
        app_size_bytes_bucket{le="+Inf"} 4
        app_size_bytes_sum 4096
        app_size_bytes_count 4
        # HELP app_answer_seconds Answers.
        # TYPE app_answer_seconds summary
        app_answer_seconds{backend="a",quantile="0.5"} 0.0015
        app_answer_seconds{backend="a",quantile="0.99"} 2.0
        app_answer_seconds_sum{backend="a"} 2.0015
        app_answer_seconds_count{backend="a"} 2

        """)
  }

  @Test("OpenMetrics names families without a suffix, has bounds as floats, and an end")
  func openMetrics() {
    let page = Self.page(.openMetrics)
    #expect(page.contains("# TYPE app_requests counter\napp_requests_total{"))
    #expect(page.contains("# TYPE app_build info\napp_build_info{version=\"1.2.3\"} 1\n"))
    #expect(page.contains("app_size_bytes_bucket{le=\"1024.0\"} 3\n"))
    #expect(page.hasSuffix("\n# EOF\n"))
  }

  static let accepts: [(String, MetricsFormat)] = [
    ("", .prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
    ("application/openmetrics-text", .openMetrics),
    (
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3",
      .openMetrics
    ),
  ]

  @Test("OpenMetrics is for who names it", arguments: accepts)
  func negotiates(_ accept: String, _ format: MetricsFormat) {
    let octets = Array(accept.utf8)
    #expect(MetricsFormat(accept: octets.span) == format)
  }

  @Test("what was written is read back", arguments: [MetricsFormat.prometheus, .openMetrics])
  func readsBack(_ format: MetricsFormat) {
    let page = MetricsPage(Self.page(format))
    #expect(
      page["app_requests_total"] == [
        .init(
          name: "app_requests_total", labels: ["route": "a\"b\\c\nd", "class": "2xx"], value: 12),
        .init(name: "app_requests_total", labels: ["route": "all", "class": "5xx"], value: 0),
      ])
    #expect(page.sum("app_requests_total") == 12)
    #expect(page.sum("app_requests_total", where: ["class": "5xx"]) == 0)
    #expect(page["app_busy_seconds_total"].first?.value == 1.5)
    #expect(page.values(of: "route", in: "app_requests_total") == ["a\"b\\c\nd", "all"])
    #expect(page.sum("app_wait_seconds_bucket", where: ["le": "+Inf"]) == 7)
  }

  @Test("a page that is cut anywhere is read as far as it goes")
  func cut() {
    let page = Self.page(.prometheus)
    let whole = MetricsPage(page)["app_requests_total"]
    for length in 0...page.utf8.count {
      let part = MetricsPage(String(decoding: page.utf8.prefix(length), as: UTF8.self))
      #expect(part["app_requests_total"].count <= whole.count)
    }
  }
}

@Suite("Quantiles of histograms")
struct QuantileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let q: Double
    let buckets: [Double]
    let expected: Double?
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "nothing", q: 0.5, buckets: [0, 0, 0], expected: nil),
    Case(name: "in the middle of the first", q: 0.5, buckets: [10, 0, 0], expected: 0.5),
    Case(name: "in the second", q: 0.75, buckets: [10, 10, 0], expected: 1.5),
    Case(name: "over an empty one", q: 1, buckets: [0, 4, 0], expected: 2),
    Case(name: "beyond the last bound", q: 0.99, buckets: [0, 0, 5], expected: 2),
  ]

  @Test("lie evenly within a bucket", arguments: cases)
  func evenly(_ c: Case) {
    #expect(quantile(c.q, bounds: [1, 2], buckets: c.buckets) == c.expected)
  }
}
