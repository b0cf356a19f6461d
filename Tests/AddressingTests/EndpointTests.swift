import Addressing
import Testing

@Suite("Endpoints")
struct EndpointTests {
  @Test(
    "a listener's address prints as it reads",
    arguments: [
      ("0.0.0.0:80", ["0.0.0.0:80"]), ("127.0.0.1:0", ["127.0.0.1:0"]), ("[::1]:80", ["[::1]:80"]),
      ("[0:0::1]:65535", ["[::1]:65535"]), ("unix:/run/p.sock", ["unix:/run/p.sock"]),
      ("fd:web", ["fd:web"]), ("*:80", ["0.0.0.0:80", "[::]:80"]),
    ])
  func listening(text: String, canonical: [String]) throws {
    #expect(try Endpoint.listening(on: text).map(\.description) == canonical)
  }

  @Test(
    "a backend's address prints as it reads",
    arguments: [
      ("10.0.0.1:80", "10.0.0.1:80"), ("[2001:DB8::1]:80", "[2001:db8::1]:80"),
      ("unix:/run/a b.sock", "unix:/run/a b.sock"), ("App.Example:80", "app.example:80"),
      ("my_service:8080", "my_service:8080"), ("localhost:1", "localhost:1"),
      ("srv:_HTTP._tcp.Shop.example", "srv:_http._tcp.shop.example"),
      ("3com.example:80", "3com.example:80"), ("[::ffff:10.0.0.1]:80", "10.0.0.1:80"),
    ])
  func backend(text: String, canonical: String) throws {
    let endpoint = try Endpoint.backend(text)
    #expect(endpoint.description == canonical)
    #expect(try Endpoint.backend(canonical) == endpoint)
  }

  @Test(
    "a listener's address is refused with the reason",
    arguments: [
      ("", .missingPort), ("10.0.0.1", .missingPort), ("[::1]", .missingPort),
      ("8080", .missingPort),
      ("10.0.0.1:", .missingPort), ("*:", .missingPort), ("10.0.0.1:65536", .badPort),
      ("10.0.0.1:080", .badPort), ("10.0.0.1:00", .badPort), ("10.0.0.1:+80", .badPort),
      ("10.0.0.1:http", .badPort), ("10.0.0.1:99999999999999999999", .badPort),
      ("*:\u{301}80", .badPort), ("::1:80", .missingBrackets), (":80", .badHost),
      ("[10.0.0.1]:80", .badHost),
      ("[::1:80", .badHost), ("[]:80", .badHost), ("[::1%lo]:80", .badHost),
      ("010.0.0.1:80", .badHost),
      ("1.2.3:80", .badHost), ("a.0x7f:80", .badHost), ("a b:80", .badHost), ("-a:80", .badHost),
      ("a..b:80", .badHost), ("bücher.example:80", .badHost), ("http://a:80", .schemeOrPath),
      ("http://10.0.0.1", .schemeOrPath), ("10.0.0.1:80/", .schemeOrPath),
      ("localhost:80", .nameToListenOn), ("unix:", .badUnixPath), ("unix:run/p", .badUnixPath),
      ("unix:/a\0b", .badUnixPath), ("fd:", .badInheritedName), ("fd:a b", .badInheritedName),
      ("fd:a:b", .badInheritedName),
    ] as [(String, EndpointError)])
  func refusesListening(text: String, reason: EndpointError) {
    #expect(throws: reason) { try Endpoint.listening(on: text) }
  }

  @Test(
    "a backend's address is refused with the reason",
    arguments: [
      ("10.0.0.1:0", .portZero), ("a:0", .portZero), ("fd:web", .inheritedBackend),
      ("*:80", .badHost), ("a", .missingPort), ("FD:80", .badHost), ("Unix:80", .badHost),
      ("Srv:80", .badHost), ("http://10.0.0.1:80", .schemeOrPath),
      ("10.0.0.1:80/path", .schemeOrPath), ("[::1]:80/", .schemeOrPath), ("a/b", .schemeOrPath),
      ("srv:", .badServiceName), ("srv:_http._tcp", .badServiceName),
      ("srv:_http._tcp.", .badServiceName), ("srv:http._tcp.a", .badServiceName),
      ("srv:_http.tcp.a", .badServiceName), ("srv:_._tcp.a", .badServiceName),
      ("srv:_http._tcp.a:80", .badServiceName), ("srv:_http._tcp.a b", .badServiceName),
      ("srv:_http._tcp.10.0.0.1", .badServiceName), ("SRV:_http._tcp.a", .badPort),
    ] as [(String, EndpointError)])
  func refusesBackend(text: String, reason: EndpointError) {
    #expect(throws: reason) { try Endpoint.backend(text) }
  }

  @Test("a unix socket's path fits sun_path, and a label or name its limit")
  func lengths() throws {
    let longest = "unix:/" + String(repeating: "a", count: Endpoint.longestUnixPath - 1)
    #expect(try Endpoint.backend(longest).description == longest)
    #expect(throws: EndpointError.unixPathTooLong) { try Endpoint.backend(longest + "a") }
    let label = String(repeating: "a", count: 63)
    #expect(try Endpoint.backend(label + ":80").description == label + ":80")
    #expect(throws: EndpointError.badHost) { try Endpoint.backend(label + "a:80") }
    let name = [label, label, label, label].joined(separator: ".")
    #expect(throws: EndpointError.badHost) { try Endpoint.backend(name + ":80") }
  }

  @Test("an address cut at any octet never traps and never comes out as the whole")
  func cut() {
    for text in [
      "10.20.30.40:8080", "[2001:db8::1]:443", "unix:/run/p.sock", "name.example:80",
      "srv:_http._tcp.name.example",
    ] {
      for length in 0..<text.utf8.count {
        let part = String(decoding: Array(text.utf8).prefix(length), as: UTF8.self)
        #expect((try? Endpoint.backend(part))?.description != text)
      }
    }
  }

  @Test("every reason has a text of its own")
  func reasons() {
    #expect(Set(EndpointError.allCases.map(\.description)).count == EndpointError.allCases.count)
  }
}
