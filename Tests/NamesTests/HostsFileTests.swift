import Addressing
import Testing

@testable import Names

@Suite("hosts(5)")
struct HostsFileTests {
  private static let text = """
    # a comment
    127.0.0.1\tlocalhost
    10.0.0.1   Shop.Example shop # 10.0.0.9 web
    fd00::1 shop.example

    10.0.0.2 shop.example
    10.0.0.2 shop.example
    not-an-address other
    10.0.0.3
    10.0.0.4 crlf.example\r
    fe80::1%eth0 scoped
    """

  @Test(
    "says the addresses of a name, in its order and once each",
    arguments: [
      ("shop.example", ["10.0.0.1", "fd00::1", "10.0.0.2"]),
      ("shop", ["10.0.0.1"]),
      ("crlf.example", ["10.0.0.4"]),
      ("localhost", ["127.0.0.1"]),
      ("web", []), ("other", []), ("scoped", []), ("#", []), ("10.0.0.9", []),
    ])
  func addresses(name: String, expected: [String]) {
    let file = HostsFile(Array(Self.text.utf8))
    #expect(file.addresses(of: name).map(\.description) == expected)
  }

  @Test("localhost is this machine without being listed", arguments: ["localhost", "a.localhost"])
  func localhost(name: String) {
    #expect(HostsFile().addresses(of: name).map(\.description) == ["127.0.0.1", "::1"])
    #expect(HostsFile().addresses(of: "notlocalhost").isEmpty)
  }
}
