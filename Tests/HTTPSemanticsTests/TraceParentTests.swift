import Bytes
import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("traceparent, W3C Trace Context §3.2")
struct TraceParentTests {
  static let trace = "0af7651916cd43dd8448eb211c80319c"
  static let span = "b7ad6b7169203331"
  static let good = "00-\(trace)-\(span)-01"

  private static func parse(_ text: String) -> TraceParent? {
    let octets = Array(text.utf8)
    return TraceParent(octets.span)
  }

  private static func text(_ parent: TraceParent) -> String {
    var output = OutputBuffer()
    parent.write(into: &output)
    return String(decoding: output.array, as: UTF8.self)
  }

  @Test("is read, and written as it was", arguments: ["00", "01"])
  func roundTrip(_ flags: String) throws {
    let value = "00-\(Self.trace)-\(Self.span)-\(flags)"
    let parent = try #require(Self.parse(value))
    #expect(parent.isSampled == (flags == "01"))
    #expect(parent.traceHigh == 0x0af7_6519_16cd_43dd && parent.span == 0xb7ad_6b71_6920_3331)
    #expect(Self.text(parent) == value)
  }

  @Test(
    "later versions may say more",
    arguments: ["cc-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-what-comes-next"])
  func later(_ value: String) throws {
    let parent = try #require(Self.parse(value))
    #expect(Self.text(parent) == Self.good)
  }

  static let broken = [
    "", "00", "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-01x",
    "cc-\(trace)-\(span)-01.more", "00-\(trace.uppercased())-\(span)-01",
    "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
    "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01",
    "00-\(trace)-\(span)-0g", "0x-\(trace)-\(span)-01", "00-\(trace.dropLast())g-\(span)-01",
    "00-\(trace)-\(span.dropLast())g-01",
  ]

  @Test("that breaks the grammar is none", arguments: broken)
  func refuses(_ value: String) { #expect(Self.parse(value) == nil) }

  @Test("that is cut anywhere is none")
  func cut() {
    for length in 0..<Self.good.utf8.count {
      #expect(Self.parse(String(Self.good.prefix(length))) == nil)
    }
  }
}
