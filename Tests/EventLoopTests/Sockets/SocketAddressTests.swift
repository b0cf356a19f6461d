import Addressing
import Glibc
import Testing

@testable import EventLoop

@Suite("Addresses as the kernel takes them")
struct SocketAddressTests {
  static let endpoints = [
    "0.0.0.0:0", "127.0.0.1:8080", "255.255.255.255:65535", "10.1.2.3:1", "[::]:0", "[::1]:443",
    "[2001:db8::ff00:42:8329]:8080", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
  ]

  @Test("an address of the internet is the same after the round trip", arguments: endpoints)
  func roundTrip(text: String) throws {
    let endpoint = try #require(Endpoint.listening(on: text).first)
    let address = try #require(SocketAddress(endpoint))
    let (ip, port) = try #require(address.ip)
    #expect(Endpoint.ip(ip, port: port) == endpoint)
    #expect(!address.isUnix)
    let isV4 = ip.family == .v4
    #expect(address.family == (isV4 ? AF_INET : AF_INET6))
    #expect(address.length == (isV4 ? 16 : 28))
  }

  @Test("port and address lie in network order")
  func networkOrder() {
    let address = SocketAddress(IPAddress(v4: 0x0102_0304), port: 0x0506)
    #expect(Array(octets(of: address)[2..<8]) == [5, 6, 1, 2, 3, 4])
    let six = SocketAddress(IPAddress(v6: 0x2001_0db8 << 32, 0x42), port: 0x0506)
    #expect(Array(octets(of: six)[2..<12]) == [5, 6, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8])
    #expect(octets(of: six)[23] == 0x42)
  }

  @Test("an IPv4 address within IPv6 is the IPv4 address")
  func mapped() throws {
    let address = SocketAddress(IPAddress(v6: 0, 0xFFFF_7F00_0001), port: 80)
    #expect(address.family == AF_INET)
    #expect(address.ip?.address == IPAddress(v4: 0x7F00_0001))
  }

  @Test("a path ends with a zero, whatever fits")
  func paths() throws {
    for count in [1, 20, 106, 107] {
      let path = "/" + String(repeating: "p", count: count - 1)
      let address = try #require(SocketAddress(.unix(path: path)))
      #expect(address.isUnix && address.ip == nil)
      #expect(address.length == 110)
      #expect(octets(of: address)[2...] == (Array(path.utf8) + zeros(108 - count))[...])
    }
    #expect(SocketAddress(.unix(path: "/" + String(repeating: "p", count: 107))) == nil)
  }

  @Test("a path in the abstract namespace begins with a zero and has no end")
  func abstract() throws {
    let address = try #require(SocketAddress(.unix(path: "@portico")))
    #expect(address.isUnix)
    #expect(address.length == 10)
    #expect(octets(of: address)[2...] == ([0] + Array("portico".utf8))[...])
  }

  @Test("names and inherited sockets have no address")
  func none() {
    #expect(SocketAddress(.name("backend.example", port: 80)) == nil)
    #expect(SocketAddress(.inherited(name: "web")) == nil)
  }

  private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  /// What the kernel is given.
  private func octets(of address: SocketAddress) -> [UInt8] {
    unsafe address.withSockaddr { pointer, length in
      unsafe Array(UnsafeRawBufferPointer(start: pointer, count: Int(length)))
    }
  }
}
