import Bytes
import COpenSSL
import Glibc
import Testing

@testable import TLS

@Suite("A session between a client and a server")
struct TLSSessionTests {
  struct Versions: CustomTestStringConvertible {
    let version: TLSVersion
    let key: CertificateIssuer.KeyKind
    var testDescription: String { "\(version.rawValue) with \(key)" }
  }

  @Test(
    "opens with either version and either kind of key",
    arguments: [
      Versions(version: .v12, key: .ecdsa), Versions(version: .v12, key: .rsa),
      Versions(version: .v13, key: .ecdsa), Versions(version: .v13, key: .rsa),
    ])
  func opens(_ versions: Versions) throws {
    let root = try TestAuthority.root()
    let server = try serverContext(root.pair("a.example", kind: versions.key)) {
      $0.protocols = ["h2", "http/1.1"]
    }
    let client = try clientContext(trusting: root) {
      $0.parameters.maxVersion = versions.version
      $0.protocols = ["http/1.1", "h2"]
    }
    let link = try Link(server, client)
    #expect(link.handshake() == .done)
    #expect(link.works)
    for session in [link.server, link.client] {
      #expect(session.version == versions.version)
      #expect(session.cipher.contains("AES_128_GCM_SHA256"))
      #expect(session.negotiatedProtocol == "h2", "the server's order decides")
      #expect(!session.isResumed)
    }
    #expect(link.server.serverName == "a.example")
    #expect(link.server.peerCertificate == nil)
    #expect(link.client.peerCertificate?.hostNames == ["a.example"])
  }

  @Test(
    "passes octets of every size, whatever the socket takes", arguments: [1, 4096, 16384, 300_000])
  func passesOctets(_ count: Int) throws {
    let root = try TestAuthority.root()
    let link = try Link(
      try serverContext(root.pair("a.example")), try clientContext(trusting: root))
    #expect(link.handshake() == .done)
    let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(link.passes(octets, from: link.server, to: link.client) == octets)
    #expect(link.passes(octets, from: link.client, to: link.server) == octets)
  }

  @Test("takes the rest of a record from wherever it is then")
  func movesWrites() throws {
    let root = try TestAuthority.root()
    let link = try Link(
      try serverContext(root.pair("a.example")), try clientContext(trusting: root))
    link.handshake()
    let octets = [UInt8](repeating: 7, count: 16384)
    var taken = 0
    while case .octets(let count) = link.server.write(octets.span) { taken += count }
    #expect(link.server.write(octets.span) == .wantsWrite)
    var received = 0
    var isRetried = false
    for _ in 0..<10_000 where received < taken + octets.count + 5 {
      if case .octets(let count) = link.read(link.client) { received += count }
      // Another array, and more of it.
      let others = [UInt8](repeating: 7, count: 16389)
      if !isRetried, case .octets(let count) = link.server.write(others.span) {
        isRetried = true
        #expect(count == others.count)
      }
    }
    #expect(received == taken + octets.count + 5)
  }

  @Test("tells a proper end from one that was cut")
  func endsProperly() throws {
    let root = try TestAuthority.root()
    let (server, client) = (
      try serverContext(root.pair("a.example")), try clientContext(trusting: root)
    )
    let closed = try Link(server, client)
    closed.handshake()
    closed.server.close()
    #expect(closed.read(closed.client) == .endOfStream)
    #expect(closed.server.write([1].span) == .failed(.closed))
    // The other half goes on.
    let ping: [UInt8] = [1, 2, 3]
    #expect(closed.passes(ping, from: closed.client, to: closed.server) == ping)

    let cut = try Link(server, client)
    cut.handshake()
    #expect(cut.works)
    cut.server.abandon()
    cut.server.close()
    _ = shutdown(cut.serverSocket, Int32(SHUT_WR))
    #expect(cut.read(cut.client) == .failed(.closed))
    #expect(cut.read(cut.client) == .failed(.closed), "and stays so")
  }

  @Test("goes on after either side has changed its keys")
  func changesKeys() throws {
    let root = try TestAuthority.root()
    let link = try Link(
      try serverContext(root.pair("a.example")), try clientContext(trusting: root))
    link.handshake()
    for session in [link.client, link.server] {
      // Sound: the session holds the connection during the call.
      #expect(unsafe SSL_key_update(session.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
      #expect(link.works)
      #expect(link.works)
    }
  }

  @Test("keeps sessions apart from contexts that were let go")
  func outlivesContexts() throws {
    let root = try TestAuthority.root()
    let link: Link = try {
      try Link(try serverContext(root.pair("a.example")), try clientContext(trusting: root))
    }()
    #expect(link.handshake() == .done)
    #expect(link.works)
  }

  @Test("says why keys cannot be written where it was told to")
  func cannotLogKeys() {
    #expect(throws: TLSKeyLog.OpenError(code: EISDIR)) { try TLSKeyLog(path: "/tmp") }
    #expect(throws: TLSKeyLog.OpenError(code: ENOENT)) { try TLSKeyLog(path: "/none/keys") }
  }

  @Test("writes keys where it was told to")
  func logsKeys() throws {
    let path = "/tmp/portico-keylog-\(getpid())"
    defer { _ = unsafe unlink(path) }
    let log = try TLSKeyLog(path: path)
    let root = try TestAuthority.root()
    let server = try serverContext(root.pair("a.example")) { $0.keyLog = log }
    let link = try Link(server, try clientContext(trusting: root))
    link.handshake()
    let descriptor = unsafe open(path, O_RDONLY)
    defer { _ = close(descriptor) }
    var octets = [UInt8](repeating: 0, count: 64)
    // Sound: the kernel writes no more than the array has.
    let count = unsafe Glibc.read(descriptor, &octets, octets.count)
    #expect(count == 64)
    let text = String(decoding: octets, as: UTF8.self)
    #expect(text.hasPrefix("SERVER_HANDSHAKE_TRAFFIC_SECRET "))
  }
}
