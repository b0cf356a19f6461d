import Bytes
import Proxy
import Testing

@Suite("What the access log tells, between two threads")
struct AccessLogRingTests {
  @Test("records come with their texts, in order")
  func order() {
    let ring = AccessLogRing(capacity: 1 << 12)
    for number in 1...3 { append(UInt64(number), "text \(number)", to: ring) }
    #expect(ring.count > 0)
    var lines: [String] = []
    let octets = ring.take { record, texts in
      let text = String(decoding: texts.indices.map { texts[$0] }, as: UTF8.self)
      lines.append("\(record.duration) \(text)")
    }
    #expect(lines == ["1 text 1", "2 text 2", "3 text 3"])
    #expect(octets > 0 && ring.count == 0)
  }

  @Test("dropped records are told once")
  func dropped() {
    let ring = AccessLogRing(capacity: 1024)
    for _ in 0..<3 { append(1, String(repeating: "a", count: 500), to: ring) }
    #expect(ring.takeDropped() == 2)
    #expect(ring.takeDropped() == 0)
    var count = 0
    ring.take { _, _ in count += 1 }
    #expect(count == 1)
  }

  private func append(_ number: UInt64, _ text: String, to ring: AccessLogRing) {
    var record = AccessRecord()
    record.duration = number
    ring.append(record, octets(text).span)
  }
}
