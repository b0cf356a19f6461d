import COpenSSL

@testable import TLS

// What an authority says of certificates afterwards. Only tests need it.
extension CertificateIssuer {
  /// A revocation list in PEM.
  func revocationList(of revoked: [Certificate], lifetime: Int = 86400) -> [UInt8] {
    guard let list = unsafe Owned(X509_CRL_new(), X509_CRL_free),
      let now = unsafe X509_gmtime_adj(nil, -3600), let next = unsafe X509_gmtime_adj(nil, lifetime)
    else { return [] }
    // Sound: every object is ours, what is set is copied, and entries go over to the list.
    defer {
      unsafe ASN1_TIME_free(now)
      unsafe ASN1_TIME_free(next)
    }
    _ = unsafe X509_CRL_set_version(list.pointer, 1)
    _ = unsafe X509_CRL_set_issuer_name(list.pointer, X509_get_subject_name(certificate.x509))
    _ = unsafe X509_CRL_set1_lastUpdate(list.pointer, now)
    _ = unsafe X509_CRL_set1_nextUpdate(list.pointer, next)
    for certificate in revoked {
      guard let entry = unsafe X509_REVOKED_new() else { return [] }
      _ = unsafe X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.x509))
      _ = unsafe X509_REVOKED_set_revocationDate(entry, now)
      _ = unsafe X509_CRL_add0_revoked(list.pointer, entry)
    }
    _ = unsafe X509_CRL_sign(list.pointer, key.pointer, EVP_sha256())
    guard let bio = MemoryBIO() else { return [] }
    _ = unsafe PEM_write_bio_X509_CRL(bio.pointer, list.pointer)
    return bio.contents
  }

  enum Status { case good, revoked }

  /// An OCSP response in DER that says how `subject` stands.
  func response(for subject: Certificate, _ status: Status = .good, lifetime: Int = 86400)
    -> [UInt8]
  {
    // Sound: every object is ours, and what is set is copied.
    guard let basic = unsafe Owned(OCSP_BASICRESP_new(), OCSP_BASICRESP_free),
      let now = unsafe X509_gmtime_adj(nil, -3600),
      let next = unsafe X509_gmtime_adj(nil, lifetime),
      let id = unsafe Owned(
        OCSP_cert_to_id(EVP_sha1(), subject.x509, certificate.x509), OCSP_CERTID_free)
    else { return [] }
    defer {
      unsafe ASN1_TIME_free(now)
      unsafe ASN1_TIME_free(next)
    }
    let isRevoked = status == .revoked
    _ = unsafe OCSP_basic_add1_status(
      basic.pointer, id.pointer,
      isRevoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, 0, isRevoked ? now : nil, now,
      next)
    _ = unsafe OCSP_basic_sign(
      basic.pointer, certificate.x509, key.pointer, EVP_sha256(), nil, 0)
    guard
      let response = unsafe Owned(
        OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.pointer), OCSP_RESPONSE_free)
    else { return [] }
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe i2d_OCSP_RESPONSE(response.pointer, &start)
    guard let start = unsafe start else { return [] }
    defer { unsafe copenssl_free(start) }
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }
}
