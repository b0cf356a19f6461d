import COpenSSL

/// What the connections of one worker to the backends of one cluster share.
///
/// It belongs to one thread. Sessions keep it alive.
@safe public final class TLSClientContext {
  let handle: ContextHandle
  private let verifies: Bool
  private let asksForStaple: Bool
  let keyLog: TLSKeyLog?
  /// The last session with each server, to be resumed with the next connection to it.
  var sessions: [String: KeptSession] = [:]
  private let resumes: Bool

  final class KeptSession {
    let owned: Owned
    init(_ owned: consuming Owned) { self.owned = owned }
    /// Some servers let a ticket of TLS 1.3 be used once only, and send a new one each time.
    var isForOnce: Bool { unsafe SSL_SESSION_get_protocol_version(owned.pointer) >= TLS1_3_VERSION }
  }

  /// Servers whose last sessions are kept.
  private static let sessionLimit = 1024

  /// - Throws: Which part of the settings is wrong, and why.
  public init(_ settings: TLSClientSettings) throws(TLSSetupError) {
    handle = try ContextHandle(.client, settings.parameters)
    keyLog = settings.keyLog
    resumes = settings.resumesSessions
    asksForStaple = settings.asksForStaple
    verifies = settings.trust != .anybody
    switch settings.trust {
    case .system: try handle.trustSystem()
    case .authorities(let pem):
      try handle.trust(authorities: pem, revocations: [], namesThem: false)
    case .anybody: break
    }
    try handle.check(revocations: settings.revocations)
    if let certificate = settings.certificate { try handle.use(certificate, index: 0) }
    guard let protocols = ProtocolList.encode(settings.protocols) else {
      throw TLSSetupError(.library, "the name of a protocol is empty or too long")
    }
    handle.log(to: settings.keyLog)
    configure(protocols)
  }

  private func configure(_ protocols: [UInt8]) {
    let pointer = unsafe handle.pointer
    // Sound: the context is ours; what it is given it copies.
    unsafe SSL_CTX_set_verify(pointer, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    if !protocols.isEmpty {
      _ = unsafe protocols.withUnsafeBufferPointer {
        unsafe SSL_CTX_set_alpn_protos(pointer, $0.baseAddress, UInt32($0.count))
      }
    }
    let mode = SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
    unsafe copenssl_set_session_cache(pointer, Int(resumes ? mode : SSL_SESS_CACHE_OFF))
    guard resumes else { return }
    unsafe SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
      guard let connection = unsafe TLSSession.of(ssl) else { return 0 }
      // Sound: by answering 1 the callback takes the reference that it was handed.
      return unsafe connection.keep(session) ? 1 : 0
    }
  }

  /// A session for a connection to a server.
  ///
  /// - Parameters:
  ///   - descriptor: A non-blocking socket, which outlives the session and is not its own.
  ///   - name: The host name or address that the server's certificate has to be for. A host name is
  ///     also what the server is asked for (SNI).
  ///   - peer: Tells servers apart that have the same name, so that each gets its own sessions.
  /// - Returns: nil if there is no memory, or `name` cannot be one.
  public func connect(descriptor: Int32, to name: TLSPeerName, peer: String = "") -> TLSSession? {
    // A resumed session was verified when it began, for the name that it began with.
    let key = resumes ? "\(name.text) \(peer)" : nil
    guard let session = TLSSession(client: self, descriptor: descriptor, resumptionKey: key),
      expect(name, of: session)
    else { return nil }
    if let key, let kept = sessions[key] {
      if kept.isForOnce { sessions[key] = nil }
      // Sound: the connection takes a reference of its own.
      _ = unsafe SSL_set_session(session.ssl, kept.owned.pointer)
    }
    return session
  }

  private func expect(_ name: TLSPeerName, of session: TLSSession) -> Bool {
    // Sound: the session lives through the calls, and OpenSSL copies the strings.
    let ssl = unsafe session.ssl
    if asksForStaple { unsafe copenssl_request_staple(ssl) }
    switch name {
    case .host(let text):
      unsafe SSL_set_hostflags(
        ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
      guard unsafe copenssl_set_server_name(ssl, text) == 1 else { return false }
      return unsafe !verifies || SSL_set1_host(ssl, text) == 1
    case .address(let text):
      return unsafe !verifies || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), text) == 1
    }
  }

  /// Keeps a session that can be resumed.
  ///
  /// - Parameter session: A reference that is ours from here.
  func keep(_ session: consuming Owned, for key: String) {
    if sessions.count >= Self.sessionLimit, sessions[key] == nil { sessions.removeAll() }
    sessions[key] = KeptSession(session)
  }
}

/// Whom a client wants to reach.
public enum TLSPeerName: Hashable, Sendable {
  case host(String)
  /// The text of an IP address, without brackets.
  case address(String)

  var text: String {
    switch self {
    case .host(let text), .address(let text): text
    }
  }
}
