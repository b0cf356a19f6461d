import Bytes
import CodecTestSupport
import Testing

@Suite("Comparing spans")
struct SpanComparingTests {
  @Test("a literal of any length is equal in every case of its letters, and to nothing else")
  func literals() {
    expectEqualOnly("te") { $0.equalsIgnoringCase("te") }
    expectEqualOnly("via") { $0.equalsIgnoringCase("via") }
    expectEqualOnly("host") { $0.equalsIgnoringCase("host") }
    expectEqualOnly("cookie") { $0.equalsIgnoringCase("cookie") }
    expectEqualOnly("upgrade") { $0.equalsIgnoringCase("upgrade") }
    expectEqualOnly("location") { $0.equalsIgnoringCase("location") }
    expectEqualOnly("connection") { $0.equalsIgnoringCase("connection") }
    expectEqualOnly("accept-encoding") { $0.equalsIgnoringCase("accept-encoding") }
    expectEqualOnly("x-forwarded-host") { $0.equalsIgnoringCase("x-forwarded-host") }
    expectEqualOnly("transfer-encoding") { $0.equalsIgnoringCase("transfer-encoding") }
  }

  /// Tries every octet at every place of `text`.
  private func expectEqualOnly(_ text: String, _ equals: @escaping (Span<UInt8>) -> Bool) {
    let bytes = Array(text.utf8)
    #expect(bytes.withSpan(equals))
    #expect(text.uppercased().withSpan(equals))
    #expect(!(bytes + [0x61]).withSpan(equals))
    #expect(!Array(bytes.dropLast()).withSpan(equals))
    for place in bytes.indices {
      for byte in UInt8.min...UInt8.max {
        var other = bytes
        other[place] = byte
        #expect(other.withSpan(equals) == (byte.lowercased == bytes[place]), "\(text), \(byte)")
      }
    }
  }

  @Test("an exact comparison minds the case")
  func exact() {
    #expect("GET".withSpan { $0.equals("GET") })
    #expect(!"gET".withSpan { $0.equals("GET") })
    #expect(!"DELETf".withSpan { $0.equals("DELETE") })
    #expect("0123456789abcdefg".withSpan { $0.equals("0123456789abcdefg") })
    #expect(!"0123456789abcdefg".withSpan { $0.equals("0123456789abcdefh") })
  }

  @Test("two spans are compared octet by octet, in bulk or not", arguments: [1, 7, 8, 9, 16, 21])
  func spans(_ length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: 0x41 + $0) }
    let lowercased = bytes.map(\.lowercased)
    #expect(equal(bytes, bytes))
    #expect(!equal(bytes, lowercased))
    #expect(equalIgnoringCase(bytes, lowercased))
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 0x80
      #expect(!equal(bytes, other))
      #expect(!equalIgnoringCase(bytes, other))
    }
  }

  @Test("octets next to the letters are not folded")
  func neighbours() {
    #expect(!equalIgnoringCase(Array("@@@@@@@@".utf8), Array("````````".utf8)))
    #expect(!equalIgnoringCase(Array("[[[[[[[[".utf8), Array("{{{{{{{{".utf8)))
  }

  @Test("a prefix is found whatever follows it")
  func prefixes() {
    #expect("X-Forwarded-Foo".withSpan { $0.startsIgnoringCase(with: "x-forwarded-") })
    #expect(!"X-Forwarded".withSpan { $0.startsIgnoringCase(with: "x-forwarded-") })
  }

  private func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.span.equals(right.span)
  }

  private func equalIgnoringCase(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.span.equalsIgnoringCase(right.span)
  }
}
