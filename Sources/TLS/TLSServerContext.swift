import COpenSSL

/// What the connections of one listener on one worker share: certificates, ticket keys, policies.
///
/// It belongs to one thread. Sessions keep it alive.
@safe public final class TLSServerContext {
  /// What stands for a set of names: one certificate for each kind of key, and whom it admits.
  struct Identity {
    let handle: ContextHandle
    let clients: TLSClientPolicy
    /// Sessions are resumed only where this is equal.
    let scope: [UInt8]
    let staples: [Staple]
    /// The host names that its certificates are for.
    let names: ServerNameTable
  }

  private var names = ServerNameTable()
  private(set) var identities: [Identity] = []
  private let unknownName: TLSServerSettings.UnknownName
  /// What the server speaks, in its order.
  let protocols: [[UInt8]]
  let sessionCache: TLSSessionCache?
  let usesTickets: Bool
  let keyLog: TLSKeyLog?

  /// Never empty; to begin with, a key that nobody else has.
  private(set) var ticketKeys: [TLSTicketKey]
  let ticketCipher: Owned

  /// - Throws: Which part of the settings is wrong, and why.
  public init(_ settings: TLSServerSettings) throws(TLSSetupError) {
    unknownName = settings.unknownName
    protocols = settings.protocols.map { Array($0.utf8) }
    sessionCache = settings.sessionCache
    keyLog = settings.keyLog
    guard ProtocolList.encode(settings.protocols) != nil,
      let cipher = unsafe Owned(EVP_CIPHER_fetch(nil, "AES-256-CBC", nil), EVP_CIPHER_free),
      let key = TLSTicketKey.random()
    else { throw TLSSetupError(.library, OpenSSLErrors.take(or: "not available")) }
    ticketCipher = cipher
    ticketKeys = [key]
    usesTickets = settings.usesTickets
    guard !settings.certificates.isEmpty else {
      throw TLSSetupError(.chain(0), "no certificate")
    }
    for group in try CertificateGroup.all(of: settings) {
      let index = identities.count
      identities.append(try Self.identity(group, settings))
      for name in group.names { names.add(name, index) }
    }
  }

  /// Which identity a client gets that asks for `name`.
  ///
  /// - Returns: nil if it is to be refused.
  func identity(for name: Span<UInt8>?) -> Int? {
    guard let name else { return 0 }
    if let index = names[ServerNameTable.key(name)] { return index }
    return unknownName == .refuse ? nil : 0
  }

  /// Whether a request for `host` may come over a connection that was opened for `identity`: the
  /// same certificate is for it, or would have been chosen for it.
  func covers(_ host: Span<UInt8>, identity: Int) -> Bool {
    let key = ServerNameTable.key(host)
    return identities[identity].names[key] != nil || (names[key] ?? 0) == identity
  }

  /// A session for a client's connection.
  ///
  /// - Parameter descriptor: A non-blocking socket, which outlives the session and is not its own.
  /// - Returns: nil if there is no memory.
  public func accept(descriptor: Int32) -> TLSSession? {
    TLSSession(server: self, descriptor: descriptor)
  }

  /// Takes keys for session tickets: the first seals new ones, the others still open theirs.
  ///
  /// - Precondition: There is at least one.
  public func use(ticketKeys keys: [TLSTicketKey]) {
    precondition(!keys.isEmpty)
    ticketKeys = keys
  }

  // MARK: Making it

  private static func identity(
    _ group: CertificateGroup, _ settings: TLSServerSettings
  ) throws(TLSSetupError) -> Identity {
    let handle = try ContextHandle(.server, settings.parameters)
    var staples: [Staple] = []
    var table = ServerNameTable()
    for index in group.members {
      let pair = settings.certificates[index]
      let certificate = try handle.use(pair, index: index)
      for name in certificate.hostNames { table.add(name, index) }
      if let octets = pair.staple {
        staples.append(try Staple(octets, for: certificate, index: index))
      }
    }
    if group.clients.mode != .none {
      try handle.trust(
        authorities: group.clients.authorities, revocations: group.clients.revocations,
        namesThem: true)
    }
    handle.log(to: settings.keyLog)
    let identity = Identity(
      handle: handle, clients: group.clients, scope: group.scope, staples: staples, names: table)
    configure(handle, settings)
    return identity
  }

  private static func configure(_ handle: ContextHandle, _ settings: TLSServerSettings) {
    let pointer = unsafe handle.pointer
    // Sound: the callbacks find what they need through the session that is being served.
    unsafe SSL_CTX_set_client_hello_cb(pointer, receivedClientHello, nil)
    unsafe copenssl_set_name_callback(pointer, acknowledgeName)
    unsafe copenssl_set_staple_callback(pointer, stapleResponse)
    if !settings.protocols.isEmpty {
      unsafe SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, nil)
    }
    unsafe SSL_CTX_set_timeout(pointer, settings.sessionLifetime)
    if settings.usesTickets {
      unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer, useTicketKey)
    } else {
      unsafe SSL_CTX_set_options(pointer, COPENSSL_NO_TICKET)
      // Without a place to keep sessions, none are resumed, so none need be sent.
      if settings.sessionCache == nil { unsafe SSL_CTX_set_num_tickets(pointer, 0) }
    }
    guard settings.sessionCache != nil else {
      unsafe copenssl_set_session_cache(pointer, Int(SSL_SESS_CACHE_OFF))
      return
    }
    unsafe copenssl_set_session_cache(
      pointer, Int(SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL))
    unsafe SSL_CTX_sess_set_new_cb(pointer, keepSession)
    unsafe SSL_CTX_sess_set_get_cb(pointer, findSession)
    // `SSL_CTX_sess_set_remove_cb` names no connection to find the cache by; sessions expire
    // anyway.
  }
}
