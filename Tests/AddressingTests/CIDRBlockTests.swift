import Addressing
import Testing

@Suite("Blocks of addresses, RFC 4632 and RFC 4291 §2.3")
struct CIDRBlockTests {
  @Test(
    "prints what it reads",
    arguments: [
      ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("10.1.2.3", "10.1.2.3/32"),
      ("10.1.2.3/32", "10.1.2.3/32"), ("192.168.4.0/22", "192.168.4.0/22"), ("::/0", "::/0"),
      ("fd00::/8", "fd00::/8"), ("2001:db8::/33", "2001:db8::/33"), ("::1", "::1/128"),
      ("2001:db8:0:0:8000::/65", "2001:db8:0:0:8000::/65"), ("1:2:3:4::/64", "1:2:3:4::/64"),
      ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:10.0.0.1", "10.0.0.1/32"),
    ])
  func reads(text: String, canonical: String) throws {
    #expect(try CIDRBlock(parsing: text).description == canonical)
  }

  @Test(
    "says why it refuses",
    arguments: [
      ("10.0.0.1/8", "the address has bits beyond the prefix; did you mean 10.0.0.0/8?"),
      ("2001:db8::1/64", "the address has bits beyond the prefix; did you mean 2001:db8::/64?"),
      ("10.0.0.0/33", "the prefix length must be a number in 0...32"),
      ("::/129", "the prefix length must be a number in 0...128"),
      ("::ffff:10.0.0.0/8", "the prefix length must be a number in 0...128"),
      ("10.0.0.0/", "the prefix length must be a number in 0...32"),
      ("10.0.0.0/08", "the prefix length must be a number in 0...32"),
      ("10.0.0.0/+8", "the prefix length must be a number in 0...32"),
      ("10.0.0.0/8/8", "the prefix length must be a number in 0...32"),
      ("10.0.0.0/255.0.0.0", "the prefix length must be a number in 0...32"),
      ("10.0.0/8", "expected an IP address or a block such as 10.0.0.0/8"),
      ("/8", "expected an IP address or a block such as 10.0.0.0/8"),
      ("", "expected an IP address or a block such as 10.0.0.0/8"),
      ("fe80::1%eth0/64", "expected an IP address or a block such as 10.0.0.0/8"),
    ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: CIDRError.self) { try CIDRBlock(parsing: text) }
    #expect(error?.description == message)
  }

  @Test(
    "holds the addresses that share its prefix and no others",
    arguments: [
      (
        "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1"],
        ["9.255.255.255", "11.0.0.0"]
      ),
      ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]),
      ("::/0", ["::", "ffff::"], ["0.0.0.0"]),
      ("10.1.2.3", ["10.1.2.3"], ["10.1.2.2", "10.1.2.4", "::a01:203"]),
      ("2001:db8::/63", ["2001:db8:0:1:ffff::"], ["2001:db8:0:2::"]),
      ("2001:db8::/64", ["2001:db8::ffff:0:0:1"], ["2001:db8:0:1::"]),
      ("2001:db8::/65", ["2001:db8::7fff:0:0:1"], ["2001:db8::8000:0:0:1"]),
      ("::1", ["::1"], ["::", "::2", "1::1"]),
    ])
  func contains(block: String, inside: [String], outside: [String]) throws {
    let block = try CIDRBlock(parsing: block)
    for text in inside { #expect(block.contains(try #require(IPAddress(text)))) }
    for text in outside { #expect(!block.contains(try #require(IPAddress(text)))) }
  }

  @Test("every prefix length holds its own block and not the one beside it")
  func allLengths() throws {
    for length in 1...128 {
      let one = IPAddress(
        v6: length <= 64 ? 1 << UInt64(64 - length) : 0, length > 64 ? 1 << UInt64(128 - length) : 0
      )
      let block = try CIDRBlock(address: one, prefixLength: length)
      #expect(block.contains(one))
      #expect(!block.contains(IPAddress(v6: 0, 0)))
    }
  }
}
