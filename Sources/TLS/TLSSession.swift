public import Bytes
import COpenSSL
import Glibc

/// One encrypted connection, over a non-blocking socket that somebody else owns and waits for.
///
/// OpenSSL reads and writes the socket itself. With kTLS, `SIGPIPE` has to be ignored process-wide:
/// it writes with `write(2)` then.
@safe public final class TLSSession {
  /// Valid as long as the session lives.
  let ssl: OpaquePointer
  let descriptor: Int32
  let server: TLSServerContext?
  let client: TLSClientContext?
  /// Which of the server's identities was chosen. By its index.
  var identity = 0
  var refusedName = false
  /// The last host that was found to belong to the certificate.
  var coveredHost: [UInt8] = []
  /// What a client's sessions are kept under.
  let resumptionKey: String?

  /// How far the connection has come.
  private enum Phase {
    case handshaking
    case open
    /// We have said that we send no more.
    case closing
    /// OpenSSL must not be asked for anything more.
    case broken
  }
  private let phase = Cell<Phase>(wrappedValue: .handshaking)

  /// Whether the last call read the socket, and got less than it asked for.
  @Cell var hasDrainedSocket = false

  var keyLog: TLSKeyLog? { server?.keyLog ?? client?.keyLog }

  /// - Returns: nil if there is no memory.
  init?(server: TLSServerContext, descriptor: Int32) {
    guard let ssl = unsafe SSL_new(server.identities[0].handle.pointer) else { return nil }
    unsafe self.ssl = unsafe ssl
    self.descriptor = descriptor
    self.server = server
    client = nil
    resumptionKey = nil
    guard bind() else { return nil }
    unsafe SSL_set_accept_state(ssl)
  }

  /// - Returns: nil if there is no memory.
  init?(client: TLSClientContext, descriptor: Int32, resumptionKey: String?) {
    guard let ssl = unsafe SSL_new(client.handle.pointer) else { return nil }
    unsafe self.ssl = unsafe ssl
    self.descriptor = descriptor
    server = nil
    self.client = client
    self.resumptionKey = resumptionKey
    guard bind() else { return nil }
    unsafe SSL_set_connect_state(ssl)
  }

  deinit {
    // OpenSSL forbids to resume the session of a connection that did not end both ways in good
    // order. Few do: it is failures of the protocol that ought to end a session too.
    if isHandshakeDone { unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
    unsafe SSL_free(ssl)
  }

  private func bind() -> Bool {
    // Sound: the pointer back is only followed within calls that this object makes, and goes with
    // the connection when this object goes.
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard unsafe SSL_set_ex_data(ssl, 0, this) == 1 else { return false }
    // The kernel takes over from OpenSSL's own only.
    let usesKernel = unsafe SSL_get_options(ssl) & COPENSSL_KERNEL_TLS != 0
    return unsafe usesKernel ? SSL_set_fd(ssl, descriptor) == 1 : SessionSocket.attach(to: self)
  }

  /// The session that a callback is about.
  static func of(_ ssl: OpaquePointer?) -> TLSSession? {
    // Sound: see `bind`; callbacks run within calls of a session only.
    unsafe SSL_get_ex_data(ssl, 0).map {
      unsafe Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue()
    }
  }

  // MARK: Handshake

  public enum HandshakeStep: Equatable, Sendable {
    case done
    /// To be called again when the socket is readable.
    case wantsRead
    /// To be called again when the socket is writable.
    case wantsWrite
    /// It is over; the peer has been sent the alert that belongs to it.
    case failed(TLSFailure)
  }

  /// Goes on with the handshake as far as the socket lets it.
  public func handshake() -> HandshakeStep {
    if phase.wrappedValue != .handshaking {
      return phase.wrappedValue == .broken ? .failed(.closed) : .done
    }
    OpenSSLErrors.clear()
    // Sound, here and below: the connection is ours, until deinit.
    let outcome = unsafe SSL_do_handshake(ssl)
    if outcome == 1 {
      phase.wrappedValue = .open
      return .done
    }
    let code = errno
    switch unsafe SSL_get_error(ssl, outcome) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case let kind: return .failed(failure(kind, errno: code))
    }
  }

  public var isHandshakeDone: Bool { phase.wrappedValue == .open || phase.wrappedValue == .closing }

  // MARK: Reading

  public enum ReadResult: Equatable, Sendable {
    case octets(Int)
    /// The peer has said that it sends no more.
    case endOfStream
    case wantsRead
    case wantsWrite
    /// Also when the stream ends without the peer's word for it: it may have been cut.
    case failed(TLSFailure)
  }

  /// Reads octets into `buffer`, from `offset` on: at most what one record holds.
  ///
  /// An edge of the socket is used up only when this says `wantsRead`, or octets with
  /// ``isDrained``; before that, octets may stand in a record that was read already.
  ///
  /// - Precondition: There is room after `offset`.
  public func read(into buffer: ByteBuffer, from offset: Int) -> ReadResult {
    let room = buffer.capacity - offset
    precondition(offset >= 0 && room > 0)
    if phase.wrappedValue == .broken { return .failed(.closed) }
    OpenSSLErrors.clear()
    // What an earlier call found says nothing: octets, and their edge, may have come since.
    hasDrainedSocket = false
    var count = 0
    // Sound: at most `room` octets are written, which the buffer has after `offset`.
    let outcome = unsafe buffer.withUnsafeMutableBytes {
      unsafe SSL_read_ex(ssl, $0.baseAddress?.advanced(by: offset), room, &count)
    }
    return outcome == 1 ? .octets(count) : readResult(of: outcome)
  }

  /// Whether the last ``read(into:from:)`` left nothing to be read, neither here nor in the socket.
  /// Of what came to that since, an edge tells. Spares the call that would find nothing.
  public var isDrained: Bool { unsafe hasDrainedSocket && SSL_has_pending(ssl) == 0 }

  /// As ``read(into:from:)``, of one octet that is not taken away. It takes in what TLS says to
  /// itself: tickets, changes of keys.
  public func peek() -> ReadResult {
    if phase.wrappedValue == .broken { return .failed(.closed) }
    OpenSSLErrors.clear()
    var octet: UInt8 = 0
    var count = 0
    // Sound: one octet of a local variable.
    let outcome = unsafe SSL_peek_ex(ssl, &octet, 1, &count)
    return outcome == 1 ? .octets(count) : readResult(of: outcome)
  }

  private func readResult(of outcome: Int32) -> ReadResult {
    let code = errno
    switch unsafe SSL_get_error(ssl, outcome) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_ZERO_RETURN: return .endOfStream
    case let kind: return .failed(failure(kind, errno: code))
    }
  }

  // MARK: Writing

  public enum WriteResult: Equatable, Sendable {
    case octets(Int)
    /// Nothing, or not all of a record, went out. To be called again with the same octets, which
    /// others may follow.
    case wantsWrite
    case wantsRead
    case failed(TLSFailure)
  }

  /// Most octets that go into one record (RFC 8446 §5.1).
  public static let largestRecord = 16 * 1024

  /// Sends `octets` as one record.
  ///
  /// - Parameter octets: At least one; what exceeds ``largestRecord`` is left.
  public func write(_ octets: Span<UInt8>) -> WriteResult {
    switch phase.wrappedValue {
    case .handshaking, .open: break
    case .closing, .broken: return .failed(.closed)
    }
    OpenSSLErrors.clear()
    var count = 0
    // Sound: the span is borrowed for the whole call, which only reads it.
    let outcome = unsafe octets.withUnsafeBytes {
      unsafe SSL_write_ex(ssl, $0.baseAddress, $0.count, &count)
    }
    if outcome == 1 { return .octets(count) }
    let code = errno
    switch unsafe SSL_get_error(ssl, outcome) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case let kind: return .failed(failure(kind, errno: code))
    }
  }

  // MARK: Ending

  /// Tells the peer that we send no more, if the socket takes it at once. Reading may go on.
  public func close() {
    guard phase.wrappedValue == .open else { return }
    phase.wrappedValue = .closing
    OpenSSLErrors.clear()
    if unsafe SSL_shutdown(ssl) < 0 { ERR_clear_error() }
  }

  /// Without the peer's hearing of it: what it got so far is not all.
  public func abandon() { phase.wrappedValue = .broken }

  // MARK: Failing

  private func failure(_ kind: Int32, errno code: Int32) -> TLSFailure {
    let wasHandshaking = phase.wrappedValue == .handshaking
    phase.wrappedValue = .broken
    defer { ERR_clear_error() }
    if kind == SSL_ERROR_SYSCALL { return code == 0 ? .closed : .system(code) }
    if refusedName { return .unknownName }
    let error = ERR_peek_error()
    if ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED {
      let result = unsafe SSL_get_verify_result(ssl)
      // Sound: these are strings of OpenSSL's tables.
      return .badPeerCertificate(
        unsafe X509_verify_cert_error_string(result).map { unsafe String(cString: $0) } ?? "?")
    }
    return TLSFailure(error: error, wasHandshaking: wasHandshaking)
  }
}

extension TLSSession {
  /// Keeps what the connection can be resumed by, for a client's next one.
  ///
  /// - Returns: Whether the reference was taken.
  func keep(_ session: OpaquePointer?) -> Bool {
    guard let client, let resumptionKey,
      unsafe SSL_SESSION_is_resumable(session) == 1,
      let owned = unsafe Owned(session, SSL_SESSION_free)
    else { return false }
    client.keep(owned, for: resumptionKey)
    return true
  }
}
