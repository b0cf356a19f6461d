import TLS
import Testing

@Suite("Sessions that are resumed")
struct ResumptionTests {
  /// Connects twice.
  ///
  /// - Returns: Whether the second connection was a resumption.
  private func resumes(
    _ server: TLSServerContext, _ client: TLSClientContext, then other: TLSServerContext? = nil
  ) throws -> Bool {
    let first = try Link(server, client)
    #expect(first.handshake() == .done)
    #expect(first.works)
    #expect(!first.server.isResumed)
    let second = try Link(other ?? server, client)
    #expect(second.handshake() == .done)
    #expect(second.works)
    #expect(second.server.isResumed == second.client.isResumed)
    #expect(second.client.peerCertificate?.hostNames == ["a.example"])
    return second.server.isResumed
  }

  @Test("come by tickets", arguments: TLSVersion.allCases)
  func resumesByTicket(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let client = try clientContext(trusting: root) { $0.parameters.maxVersion = version }
    #expect(try resumes(serverContext(root.pair("a.example")), client))
  }

  @Test("pass from one server to another that has the same keys", arguments: TLSVersion.allCases)
  func sharesKeys(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let pair = try root.pair("a.example")
    let keys = try (0..<3).map { _ in try #require(TLSTicketKey.random()) }
    func pass(from: [TLSTicketKey], to: [TLSTicketKey]) throws -> Bool {
      let servers = try (serverContext(pair), serverContext(pair))
      servers.0.use(ticketKeys: from)
      servers.1.use(ticketKeys: to)
      let client = try clientContext(trusting: root) { $0.parameters.maxVersion = version }
      return try resumes(servers.0, client, then: servers.1)
    }
    #expect(try pass(from: [keys[0]], to: [keys[0]]))
    // Rotated: the old key still opens what it has sealed.
    #expect(try pass(from: [keys[0]], to: [keys[1], keys[0]]))
    #expect(try !pass(from: [keys[0]], to: [keys[1], keys[2]]))
  }

  @Test("are not, when neither tickets nor a cache are to be", arguments: TLSVersion.allCases)
  func resumesNothing(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let client = try clientContext(trusting: root) { $0.parameters.maxVersion = version }
    #expect(
      try !resumes(serverContext(root.pair("a.example")) { $0.usesTickets = false }, client))
    let none = try clientContext(trusting: root) {
      $0.parameters.maxVersion = version
      $0.resumesSessions = false
    }
    #expect(try !resumes(serverContext(root.pair("a.example")), none))
  }

  @Test("come from the cache, which workers share", arguments: TLSVersion.allCases)
  func resumesFromCache(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let pair = try root.pair("a.example")
    let cache = TLSSessionCache(capacity: 10)
    func server() throws -> TLSServerContext {
      try serverContext(pair) {
        $0.usesTickets = false
        $0.sessionCache = cache
      }
    }
    let client = try clientContext(trusting: root) { $0.parameters.maxVersion = version }
    #expect(try resumes(server(), client, then: server()))
    #expect(cache.count > 0)
  }

  @Test("keep tickets out of the cache", arguments: TLSVersion.allCases)
  func keepsTicketsOut(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let cache = TLSSessionCache(capacity: 10)
    let server = try serverContext(root.pair("a.example")) { $0.sessionCache = cache }
    let client = try clientContext(trusting: root) { $0.parameters.maxVersion = version }
    #expect(try resumes(server, client))
    #expect(cache.count == 0)
  }

  @Test("still tell who the client is", arguments: TLSVersion.allCases)
  func keepsIdentity(_ version: TLSVersion) throws {
    let root = try TestAuthority.root()
    let authority = try TestAuthority.root("Clients")
    let identity = try authority.issue(TestAuthority.request(["client.example"]))
    let pair = try root.pair("a.example")
    func server(_ authorities: [UInt8]) throws -> TLSServerContext {
      let context = try serverContext(pair) {
        $0.clients = TLSClientPolicy(.require, authorities: authorities)
      }
      context.use(ticketKeys: [key])
      return context
    }
    let key = try #require(TLSTicketKey.random())
    let client = try clientContext(trusting: root) {
      $0.parameters.maxVersion = version
      $0.certificate = identity.pair
    }
    let first = try server(authority.authority)
    #expect(try resumes(first, client))
    let again = try Link(first, client)
    again.handshake()
    #expect(again.server.isResumed)
    #expect(again.server.peerCertificate?.fingerprint == identity.certificate.fingerprint)
    #expect(again.works)
    // Who is trusted has changed, so what was verified before does not count.
    let others = try TestAuthority.root("Others").authority
    let changed = try Link(server(authority.authority + others), client)
    #expect(changed.handshake() == .done)
    #expect(!changed.server.isResumed)
  }
}
