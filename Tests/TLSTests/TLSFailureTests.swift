import Glibc
import TLS
import Testing

@Suite("A handshake that fails")
struct TLSFailureTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var server: @Sendable (inout TLSServerSettings) -> Void = { _ in }
    var client: @Sendable (inout TLSClientSettings) -> Void = { _ in }
    var name = TLSPeerName.host("a.example")
    let expected: Link.Outcome
  }

  static let cases = [
    Case(
      testDescription: "no common version", server: { $0.parameters.minVersion = .v13 },
      client: { $0.parameters.maxVersion = .v12 },
      expected: .init(server: .failed(.noCommonVersion), client: .failed(.alert(70)))),
    Case(
      testDescription: "no common cipher", server: { $0.parameters.maxVersion = .v12 },
      client: { $0.parameters.ciphers = "ECDHE-RSA-AES128-GCM-SHA256" },
      expected: .init(server: .failed(.noCommonCipher), client: .failed(.alert(40)))),
    Case(
      testDescription: "no common group", server: { $0.parameters.groups = "P-384" },
      client: { $0.parameters.groups = "X25519" },
      expected: .init(server: .failed(.noCommonCipher), client: .failed(.alert(40)))),
    Case(
      testDescription: "no common protocol", server: { $0.protocols = ["h2"] },
      client: { $0.protocols = ["http/1.1"] },
      expected: .init(server: .failed(.noCommonProtocol), client: .failed(.alert(120)))),
    Case(
      testDescription: "a name that no certificate is for", server: { $0.unknownName = .refuse },
      name: .host("b.example"),
      expected: .init(server: .failed(.unknownName), client: .failed(.alert(112)))),
    Case(
      testDescription: "a certificate for another name", name: .host("b.example"),
      expected: .init(
        server: .failed(.alert(42)), client: .failed(.badPeerCertificate("hostname mismatch")))),
    Case(
      testDescription: "a certificate for no address", name: .address("127.0.0.1"),
      expected: .init(
        server: .failed(.alert(42)), client: .failed(.badPeerCertificate("IP address mismatch")))),
    Case(
      testDescription: "an authority that is not trusted",
      client: { settings in
        settings.trust = .authorities((try? TestAuthority.root("Other"))?.authority ?? [])
      },
      expected: .init(
        server: .failed(.alert(48)),
        client: .failed(.badPeerCertificate("unable to get local issuer certificate")))),
  ]

  @Test("is told of by its reason on both sides", arguments: cases)
  func tellsReason(_ example: Case) throws {
    let root = try TestAuthority.root()
    let server = try serverContext(root.pair("a.example"), change: example.server)
    let client = try clientContext(trusting: root, example.client)
    let link = try Link(server, client, name: example.name)
    #expect(link.handshake() == example.expected)
    #expect(link.server.handshake() == .failed(.closed), "and stays so")
  }

  @Test("that nobody checks, succeeds")
  func trustsAnybody() throws {
    let root = try TestAuthority.root()
    let link = try Link(
      try serverContext(root.pair("a.example")),
      try clientContext(trusting: root) { $0.trust = .anybody }, name: .host("b.example"))
    #expect(link.handshake() == .done)
  }

  struct Garbage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let octets: [UInt8]
    let expected: TLSSession.HandshakeStep
  }

  static let garbage = [
    Garbage(testDescription: "nothing", octets: [], expected: .failed(.closed)),
    Garbage(
      testDescription: "HTTP", octets: Array("GET / HTTP/1.1\r\n\r\n".utf8),
      expected: .failed(.plainHTTP)),
    Garbage(
      testDescription: "letters", octets: Array("hello there, how are you".utf8),
      expected: .failed(.notTLS)),
    Garbage(
      testDescription: "a record that is too long",
      octets: [22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 100),
      expected: .failed(.protocolError("packet length too long"))),
    Garbage(
      testDescription: "a hello that is cut", octets: [22, 3, 1, 0, 100, 1, 0, 0, 96],
      expected: .failed(.closed)),
    Garbage(
      testDescription: "a hello without content", octets: [22, 3, 1, 0, 4, 1, 0, 0, 0],
      expected: .failed(.protocolError("length too short"))),
    Garbage(
      testDescription: "a hello that is far too long",
      octets: [22, 3, 1, 0x40, 0, 1, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 0x4000 - 4),
      expected: .failed(.protocolError("excessive message size"))),
    Garbage(
      testDescription: "an alert first", octets: [21, 3, 1, 0, 2, 2, 40],
      expected: .failed(.protocolError("unexpected message"))),
    Garbage(
      testDescription: "data first", octets: [23, 3, 3, 0, 3, 1, 2, 3],
      expected: .failed(.protocolError("unexpected message"))),
  ]

  @Test("over garbage ends, however it is cut", arguments: garbage, [1, 2, 3, 7, Int.max])
  func refusesGarbage(_ example: Garbage, _ size: Int) throws {
    let root = try TestAuthority.root()
    let (near, far) = try Link.sockets()
    defer { _ = close(near) }
    let context = try serverContext(root.pair("a.example"))
    let session = try #require(context.accept(descriptor: near))
    var step = session.handshake()
    var rest = example.octets[...]
    while !rest.isEmpty, step == .wantsRead {
      let piece = Array(rest.prefix(size))
      rest = rest.dropFirst(size)
      // Sound: the kernel reads the array's octets during the call.
      let sent = unsafe piece.withUnsafeBytes { unsafe write(far, $0.baseAddress, $0.count) }
      #expect(sent == piece.count)
      step = session.handshake()
    }
    _ = close(far)
    if step == .wantsRead { step = session.handshake() }
    #expect(step == example.expected)
  }
}
