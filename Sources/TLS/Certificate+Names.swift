import COpenSSL

// What names a certificate is for (RFC 5280 §4.2.1.6), and with which key.
extension Certificate {
  /// One of the names in the subjectAltName extension.
  public enum Name: Hashable, Sendable {
    case dns(String)
    /// The four or sixteen octets of an address.
    case address([UInt8])
    case uri(String)
    case email(String)
  }

  /// All names of a kind that we know. Those with anything but printable ASCII in them are left
  /// out: what compares or forwards names must not meet a NUL.
  public var names: [Name] {
    // Sound: the list is ours to free; its elements are used only before that.
    let found = unsafe X509_get_ext_d2i(x509, NID_subject_alt_name, nil, nil)
    guard let list = OpaquePointer(found) else { return [] }
    defer { unsafe GENERAL_NAMES_free(list) }
    var names: [Name] = []
    let count = unsafe OPENSSL_sk_num(list)
    for index in 0..<count {
      guard let element = unsafe OPENSSL_sk_value(list, index) else { continue }
      var kind: Int32 = 0
      let value = unsafe GENERAL_NAME_get0_value(
        element.assumingMemoryBound(to: GENERAL_NAME.self), &kind)
      guard let value = unsafe value else { continue }
      if let name = unsafe Self.name(kind, UnsafeRawPointer(value)) { names.append(name) }
    }
    return names
  }

  private static func name(_ kind: Int32, _ value: UnsafeRawPointer) -> Name? {
    guard [GEN_DNS, GEN_IPADD, GEN_URI, GEN_EMAIL].contains(kind) else { return nil }
    // Sound: names of these kinds are ASN.1 strings.
    let octets = unsafe octets(of: value.assumingMemoryBound(to: ASN1_STRING.self))
    if kind == GEN_IPADD {
      return octets.count == 4 || octets.count == 16 ? .address(octets) : nil
    }
    guard !octets.isEmpty, octets.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    let text = String(decoding: octets, as: UTF8.self)
    return switch kind {
    case GEN_DNS: .dns(text.lowercased())
    case GEN_URI: .uri(text)
    default: .email(text)
    }
  }

  /// The host names, in lower case; `*.` stands for one label.
  public var hostNames: [String] {
    names.compactMap { name in
      if case .dns(let text) = name { text } else { nil }
    }
  }

  /// The kind of the public key; a server may have one certificate of each kind for a name.
  public enum KeyKind: Equatable, Sendable {
    case rsa(bits: Int)
    /// ECDSA; the curve as OpenSSL names it.
    case ecdsa(curve: String, bits: Int)
    case ed25519
    case other
  }

  public var keyKind: KeyKind {
    // Sound: the key belongs to the certificate, which outlives the calls.
    guard let key = unsafe X509_get0_pubkey(x509) else { return .other }
    let bits = unsafe Int(EVP_PKEY_get_bits(key))
    switch unsafe EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS: return .rsa(bits: bits)
    case EVP_PKEY_EC: return .ecdsa(curve: unsafe Self.curve(of: key), bits: bits)
    case EVP_PKEY_ED25519: return .ed25519
    default: return .other
    }
  }

  private static func curve(of key: OpaquePointer) -> String {
    var length = 0
    var room = InlineArray<64, CChar>(repeating: 0)
    var span = room.mutableSpan
    // Sound: the call is told how much room there is and says how much it used.
    let found = unsafe span.withUnsafeMutableBufferPointer {
      unsafe EVP_PKEY_get_group_name(key, $0.baseAddress, $0.count, &length)
    }
    guard found == 1 else { return "?" }
    return String(
      decoding: (0..<min(length, 64)).map { UInt8(bitPattern: room[$0]) }, as: UTF8.self)
  }

  /// Whether it says of itself that it may sign others.
  public var isAuthority: Bool { unsafe X509_check_ca(x509) != 0 }

  /// Whether it was signed by itself, by its names.
  public var isSelfIssued: Bool {
    // Sound: both names belong to the certificate.
    unsafe X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0
  }

  /// Whether `issuer` has signed it.
  public func isIssued(by issuer: Certificate) -> Bool {
    defer { ERR_clear_error() }
    // Sound: both certificates are held during the calls; the key belongs to `issuer`.
    guard unsafe X509_check_issued(issuer.x509, x509) == X509_V_OK,
      let key = unsafe X509_get0_pubkey(issuer.x509)
    else { return false }
    return unsafe X509_verify(x509, key) == 1
  }

  /// The algorithm of its signature, as OpenSSL names it.
  public var signatureAlgorithm: String {
    // Sound: the names are strings of OpenSSL's tables.
    unsafe OBJ_nid2ln(X509_get_signature_nid(x509)).map { unsafe String(cString: $0) } ?? "?"
  }
}
