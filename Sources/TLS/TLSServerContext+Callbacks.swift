import COpenSSL

// What OpenSSL asks of us during a handshake. Each callback runs within a call that a session made,
// so the session, and the context that it holds, are alive.

/// The first thing that happens: chooses the certificates, and with them what is asked of clients.
///
/// Before sessions are looked at. Chosen later, a session of one name would open another whose
/// policy is stricter.
func receivedClientHello(
  _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?
) -> Int32 {
  guard let session = unsafe TLSSession.of(ssl), let context = session.server else {
    return SSL_CLIENT_HELLO_ERROR
  }
  var start: UnsafePointer<UInt8>?
  var count = 0
  var chosen: Int? = context.identity(for: nil)
  let type = UInt32(TLSEXT_TYPE_server_name)
  if unsafe SSL_client_hello_get0_ext(ssl, type, &start, &count) == 1 {
    // Sound: the octets belong to the connection and stay through the callback.
    let octets = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: start, count: count))
    if let name = ServerNameExtension.hostName(octets) {
      chosen = context.identity(for: octets.extracting(name))
    }
  }
  guard let chosen else {
    session.refusedName = true
    // Sound: OpenSSL hands over where the alert's number goes.
    unsafe alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
    return SSL_CLIENT_HELLO_ERROR
  }
  let identity = context.identities[chosen]
  session.identity = chosen
  let isSet = unsafe apply(identity, to: ssl)
  return isSet ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
}

private func apply(_ identity: TLSServerContext.Identity, to ssl: OpaquePointer?) -> Bool {
  let scope = identity.scope
  // Sound: the connection takes references, and copies, of its own. It copied the policy of the
  // context that it was made of, so that has to be set again.
  let isSet = unsafe scope.withUnsafeBufferPointer {
    unsafe SSL_set_SSL_CTX(ssl, identity.handle.pointer) != nil
      && SSL_set_session_id_context(ssl, $0.baseAddress, UInt32($0.count)) == 1
  }
  unsafe SSL_set_verify(ssl, identity.clients.mode.flags, nil)
  return isSet
}

extension TLSClientPolicy.Mode {
  var flags: Int32 {
    switch self {
    case .none: SSL_VERIFY_NONE
    case .request: SSL_VERIFY_PEER
    case .require: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
    }
  }
}

/// Tells the client that its name was heard (RFC 6066 §3).
func acknowledgeName(
  _: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _: UnsafeMutableRawPointer?
) -> Int32 { SSL_TLSEXT_ERR_OK }

/// Chooses by the server's order. A client that offers only others is refused (RFC 7301 §3.2): else
/// it would go on in a protocol that it did not ask for.
func chooseProtocol(
  _ ssl: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context = unsafe TLSSession.of(ssl)?.server else { return SSL_TLSEXT_ERR_NOACK }
  // Sound: the octets belong to the connection and stay through the callback; what is chosen may
  // point into them, as the manual says.
  let octets = unsafe Span(
    _unsafeElements: UnsafeBufferPointer(start: offered, count: Int(count)))
  guard let range = ProtocolList.choose(from: octets, byOrderOf: context.protocols) else {
    return SSL_TLSEXT_ERR_ALERT_FATAL
  }
  unsafe chosen?.pointee = unsafe offered?.advanced(by: range.lowerBound)
  unsafe length?.pointee = UInt8(range.count)
  return SSL_TLSEXT_ERR_OK
}

/// Sends the response that belongs to the certificate that was chosen, while it is valid.
func stapleResponse(_ ssl: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  guard let session = unsafe TLSSession.of(ssl), let context = session.server else {
    return SSL_TLSEXT_ERR_NOACK
  }
  // Sound: the certificate is only compared.
  let certificate = unsafe SSL_get_certificate(ssl)
  for staple in context.identities[session.identity].staples
  where unsafe staple.certificate.x509 == certificate && staple.isCurrent {
    // Sound: the copy is OpenSSL's, which frees it with the connection.
    let copy = unsafe staple.octets.withUnsafeBytes {
      unsafe copenssl_duplicate($0.baseAddress, $0.count)
    }
    guard let copy = unsafe copy?.assumingMemoryBound(to: UInt8.self) else { continue }
    unsafe copenssl_set_staple(ssl, copy, staple.octets.count)
    return SSL_TLSEXT_ERR_OK
  }
  return SSL_TLSEXT_ERR_NOACK
}
