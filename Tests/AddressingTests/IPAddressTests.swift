import Addressing
import Bytes
import Testing

@Suite("IP addresses, RFC 4291 §2.2 and RFC 5952")
struct IPAddressTests {
  /// A text and the canonical form that it must come out in.
  struct Valid: Sendable, CustomTestStringConvertible {
    let text: String
    let canonical: String

    init(_ text: String, _ canonical: String? = nil) {
      self.text = text
      self.canonical = canonical ?? text
    }

    var testDescription: String { text }
  }

  static let valid = [
    Valid("0.0.0.0"), Valid("127.0.0.1"), Valid("10.20.30.40"), Valid("255.255.255.255"),
    Valid("::"), Valid("::1"), Valid("1::"), Valid("fe80::1"), Valid("2001:db8::1"),
    Valid("0:0:0:0:0:0:0:0", "::"), Valid("0:0:0:0:0:0:0:1", "::1"),
    Valid("2001:DB8::A", "2001:db8::a"), Valid("2001:0db8::0001", "2001:db8::1"),
    Valid("2001:db8:0:1:1:1:1:1"), Valid("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    Valid("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    Valid("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    Valid("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), Valid("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    Valid("1:0:0:0:0:0:0:0", "1::"), Valid("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    Valid("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), Valid("::1.2.3.4", "::102:304"),
    Valid("::ffff:10.0.0.1", "10.0.0.1"), Valid("::FFFF:a00:1", "10.0.0.1"),
    Valid("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
  ]

  static let invalid = [
    "", " ", ".", "1", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.4.5", "256.1.1.1",
    "1.2.3.256", "01.2.3.4", "1.2.3.00", "1.2.3.04", "0x7f.0.0.1", "127.1", "1.2.3.4 ", " 1.2.3.4",
    "1.2.3.-4", "1.2.3.+4", "1.2.3.4/8", "1.2.3.4:80", "1.2.3.1000000000000000000000",
    ":", ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
    "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "12345::", "g::", "::1%eth0",
    "[::1]", "::1 ", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:5", "::256.1.1.1", "1.2.3.4::",
    "::01.2.3.4", "1:::2", "1::2:", "１.2.3.4",
  ]

  @Test("prints what it reads in its canonical form", arguments: valid)
  func canonical(_ item: Valid) throws {
    let address = try #require(IPAddress(item.text))
    #expect(address.description == item.canonical)
    #expect(IPAddress(item.canonical) == address)
  }

  @Test("refuses what is no address", arguments: invalid)
  func refuses(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(
    "what is left of an address cut at any octet is refused or read for what it is",
    arguments: valid)
  func cut(_ item: Valid) {
    let octets = Array(item.text.utf8)
    #expect(IPAddress(parsing: octets.span.extracting(0..<0)) == nil)
    for length in octets.indices {
      let part = IPAddress(parsing: octets.span.extracting(0..<length))
      #expect(part.map { IPAddress($0.description) == $0 } ?? true)
    }
  }

  @Test("survives a round trip for a sweep of zero runs")
  func roundTrip() {
    for pattern in 0..<256 {
      var halves: [UInt64] = [0, 0]
      for index in 0..<8 {
        let group: UInt64 = pattern >> index & 1 == 1 ? 0xA0 + UInt64(index) : 0
        halves[index / 4] = halves[index / 4] << 16 | group
      }
      let address = IPAddress(v6: halves[0], halves[1])
      #expect(IPAddress(address.description) == address)
    }
  }

  @Test("an IPv4-mapped address is the IPv4 address that it carries")
  func mapped() {
    #expect(IPAddress("::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
    #expect(IPAddress("::ffff:192.0.2.1")?.family == .v4)
  }
}
