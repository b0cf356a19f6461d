import COpenSSL

/// An X.509 certificate (RFC 5280).
@safe public final class Certificate {
  private let owned: Owned
  var x509: OpaquePointer { unsafe owned.pointer }

  /// - Parameter owned: An `X509` that is ours from here.
  init(_ owned: consuming Owned) { self.owned = owned }

  /// All certificates of a PEM file, in their order. What else is in the file is passed over.
  ///
  /// - Throws: What is wrong with it, also when there is none.
  public static func all(inPEM pem: [UInt8]) throws(CertificateError) -> [Certificate] {
    ERR_clear_error()
    defer { ERR_clear_error() }
    guard let bio = MemoryBIO(pem) else { throw .outOfMemory }
    var certificates: [Certificate] = []
    // Sound: the BIO lives through the loop; each certificate is a new reference that is ours.
    while let owned = unsafe Owned(PEM_read_bio_X509(bio.pointer, nil, nil, nil), X509_free) {
      certificates.append(Certificate(owned))
    }
    // At the end no further one begins; anything else is a certificate that cannot be read.
    let code = ERR_peek_last_error()
    guard ERR_GET_REASON(code) == PEM_R_NO_START_LINE else {
      throw .unreadable(OpenSSLErrors.take(or: "unreadable"))
    }
    if certificates.isEmpty { throw .none }
    return certificates
  }

  // MARK: What it says

  /// Whom it is for, in the form of RFC 2253, printable ASCII only.
  public var subject: String { unsafe Self.text(X509_get_subject_name(x509)) }

  /// Who has signed it, in the form of RFC 2253, printable ASCII only.
  public var issuer: String { unsafe Self.text(X509_get_issuer_name(x509)) }

  private static func text(_ name: OpaquePointer?) -> String {
    guard let bio = MemoryBIO() else { return "" }
    // Sound: the name belongs to a certificate that the caller holds; the BIO is ours.
    _ = unsafe X509_NAME_print_ex(bio.pointer, name, 0, COPENSSL_NAME_FORMAT)
    return bio.text
  }

  /// The serial number in hexadecimal digits.
  public var serial: String {
    // Sound: the number belongs to the certificate, which outlives the call.
    let number = unsafe X509_get0_serialNumber(x509)
    let isNegative = unsafe ASN1_STRING_type(number) & V_ASN1_NEG != 0
    let octets = unsafe Self.octets(of: number)
    return (isNegative ? "-" : "") + (octets.isEmpty ? "00" : Self.hexadecimal(octets))
  }

  /// SHA-256 of the whole certificate, in hexadecimal digits.
  public var fingerprint: String {
    var count: UInt32 = 0
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { room, filled in
      // Sound: there is room for the longest digest, and the call says how long this one is.
      _ = unsafe X509_digest(x509, EVP_sha256(), room.baseAddress, &count)
      filled = Int(count)
    }
    return Self.hexadecimal(digest)
  }

  /// When it begins to be valid, in seconds since 1970.
  public var notBefore: Int64 { unsafe Self.seconds(X509_get0_notBefore(x509)) }

  /// When it has expired, in seconds since 1970.
  public var notAfter: Int64 { unsafe Self.seconds(X509_get0_notAfter(x509)) }

  static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard let epoch = unsafe ASN1_TIME_set(nil, 0) else { return 0 }
    defer { unsafe ASN1_TIME_free(epoch) }
    // Sound: both times live through the call, which fills two integers of ours.
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return 0 }
    return Int64(days) * 86400 + Int64(seconds)
  }

  /// The whole certificate in DER.
  public var der: [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe i2d_X509(x509, &start)
    guard let start = unsafe start, count > 0 else { return [] }
    defer { unsafe copenssl_free(start) }
    // Sound: the call allocated `count` octets for us, which are freed after the copy.
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  /// The whole certificate in PEM.
  public var pem: String {
    guard let bio = MemoryBIO() else { return "" }
    _ = unsafe PEM_write_bio_X509(bio.pointer, x509)
    return bio.text
  }

  // MARK: Helpers

  static func octets(of string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    let count = unsafe Int(ASN1_STRING_length(string))
    // Sound: OpenSSL keeps `count` octets there as long as the string, which the caller holds.
    return unsafe Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: count))
  }

  static func hexadecimal(_ octets: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(octets.count * 2)
    for octet in octets {
      text.append(digits[Int(octet >> 4)])
      text.append(digits[Int(octet & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
