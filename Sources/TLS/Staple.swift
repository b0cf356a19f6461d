import COpenSSL
import Glibc

/// An OCSP response that goes with a certificate (RFC 6066 §8): its authority's word of the day
/// that it is not revoked.
struct Staple {
  let octets: [UInt8]
  let certificate: Certificate
  /// After which it says nothing any more, in seconds since 1970.
  let nextUpdate: Int64

  /// - Parameter index: Which of the settings' certificates it is for.
  init(
    _ octets: [UInt8], for certificate: Certificate, index: Int
  ) throws(TLSSetupError) {
    ERR_clear_error()
    defer { ERR_clear_error() }
    let parsed = unsafe octets.withUnsafeBufferPointer {
      var start = $0.baseAddress
      // Sound: the call reads as many octets as the array has.
      return unsafe d2i_OCSP_RESPONSE(nil, &start, $0.count)
    }
    guard let response = unsafe Owned(parsed, OCSP_RESPONSE_free) else {
      throw TLSSetupError(.staple(index), "not an OCSP response in DER form")
    }
    guard unsafe OCSP_response_status(response.pointer) == OCSP_RESPONSE_STATUS_SUCCESSFUL,
      let basic = unsafe Owned(OCSP_response_get1_basic(response.pointer), OCSP_BASICRESP_free)
    else { throw TLSSetupError(.staple(index), "an OCSP response of failure") }
    guard let single = unsafe OCSP_resp_get0(basic.pointer, 0),
      unsafe Self.isFor(certificate, single)
    else { throw TLSSetupError(.staple(index), "an OCSP response for another certificate") }
    var next: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    // Sound: the single response belongs to `basic`, and so does the time.
    let status = unsafe OCSP_single_get0_status(single, nil, nil, nil, &next)
    guard status == V_OCSP_CERTSTATUS_GOOD else {
      throw TLSSetupError(.staple(index), "an OCSP response that says the certificate is revoked")
    }
    self.octets = octets
    self.certificate = certificate
    nextUpdate = unsafe next.map { unsafe Certificate.seconds($0) } ?? .max
  }

  private static func isFor(_ certificate: Certificate, _ single: OpaquePointer) -> Bool {
    var serial: UnsafeMutablePointer<ASN1_INTEGER>?
    // Sound: the id belongs to the single response, which the caller holds.
    let id = unsafe OCSP_SINGLERESP_get0_id(single)
    guard unsafe OCSP_id_get0_info(nil, nil, nil, &serial, id) == 1 else { return false }
    return unsafe ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate.x509)) == 0
  }

  /// One that is too old makes clients refuse what they would accept without any.
  var isCurrent: Bool { Int64(time(nil)) < nextUpdate }
}
