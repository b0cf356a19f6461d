import COpenSSL

// How sessions are resumed: by tickets that the client keeps, or by ids of what we keep.

/// Seals a ticket, or finds the key that one was sealed with (RFC 5077 §4).
///
/// - Returns: 1 for yes, 2 for yes and the client is to get a new one, 0 for no key, -1 for
///   failure.
func useTicketKey(
  _ ssl: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?,
  _ iv: UnsafeMutablePointer<UInt8>?, _ cipher: OpaquePointer?, _ mac: OpaquePointer?,
  _ isSealing: Int32
) -> Int32 {
  guard let context = unsafe TLSSession.of(ssl)?.server, let name = unsafe name else { return -1 }
  let nameOctets = TLSTicketKey.nameOctets
  // Sound, for all pointers here: OpenSSL gives sixteen octets for the name and the initialisation
  // vector each, and two contexts, for the call.
  if isSealing == 1 {
    let key = context.ticketKeys[0]
    for (index, octet) in key.name.enumerated() { unsafe name[index] = octet }
    guard unsafe RAND_bytes(iv, 16) == 1 else { return -1 }
    return unsafe set(key, context, iv, cipher, mac, isSealing) ? 1 : -1
  }
  let wanted = unsafe UnsafeBufferPointer(start: name, count: nameOctets)
  guard
    let index = context.ticketKeys.firstIndex(where: { unsafe $0.name.elementsEqual(wanted) })
  else { return 0 }
  let key = context.ticketKeys[index]
  guard unsafe set(key, context, iv, cipher, mac, isSealing) else { return -1 }
  // In TLS 1.3 a ticket is for one connection (RFC 8446 §C.4), so each gets a new one.
  return unsafe index == 0 && SSL_version(ssl) < TLS1_3_VERSION ? 1 : 2
}

private func set(
  _ key: TLSTicketKey, _ context: TLSServerContext, _ iv: UnsafeMutablePointer<UInt8>?,
  _ cipher: OpaquePointer?, _ mac: OpaquePointer?, _ isSealing: Int32
) -> Bool {
  // Sound: the key has 80 octets: its name, 32 for the MAC, 32 for the cipher.
  unsafe key.octets.withUnsafeBufferPointer { octets in
    guard let base = octets.baseAddress else { return false }
    return unsafe copenssl_set_ticket_mac(mac, base + TLSTicketKey.nameOctets, 32) == 1
      && EVP_CipherInit_ex(
        cipher, context.ticketCipher.pointer, nil, base + TLSTicketKey.nameOctets + 32, iv,
        isSealing) == 1
  }
}

/// Keeps a session. - Returns: 0, as the session itself stays OpenSSL's.
func keepSession(_ ssl: OpaquePointer?, _ session: OpaquePointer?) -> Int32 {
  guard let context = unsafe TLSSession.of(ssl)?.server, let cache = context.sessionCache else {
    return 0
  }
  // Told of in TLS 1.3 also when it has gone into a ticket.
  if context.usesTickets, unsafe SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION {
    return 0
  }
  var length: UInt32 = 0
  // Sound: the id belongs to the session, which lives through the call.
  let start = unsafe SSL_SESSION_get_id(session, &length)
  let id = unsafe Array(UnsafeBufferPointer(start: start, count: Int(length)))
  var encoded: UnsafeMutablePointer<UInt8>?
  let count = unsafe i2d_SSL_SESSION(session, &encoded)
  guard let encoded = unsafe encoded else { return 0 }
  defer { unsafe copenssl_free(encoded) }
  // Sound: the call allocated `count` octets for us, which are freed after the copy.
  if count > 0 {
    unsafe cache.add(Array(UnsafeBufferPointer(start: encoded, count: Int(count))), id: id)
  }
  return 0
}

/// Finds a session that was kept; what it returns is OpenSSL's to release.
func findSession(
  _ ssl: OpaquePointer?, _ id: UnsafePointer<UInt8>?, _ length: Int32,
  _ keepsReference: UnsafeMutablePointer<Int32>?
) -> OpaquePointer? {
  unsafe keepsReference?.pointee = 0
  guard let cache = unsafe TLSSession.of(ssl)?.server?.sessionCache, length > 0 else { return nil }
  // Sound: the id is the client's, of the length given, for the call.
  let key = unsafe Array(UnsafeBufferPointer(start: id, count: Int(length)))
  guard let encoded = cache.session(id: key) else { return nil }
  return unsafe encoded.withUnsafeBufferPointer {
    var start = $0.baseAddress
    // Sound: the call reads as many octets as the array has.
    return unsafe d2i_SSL_SESSION(nil, &start, $0.count)
  }
}
