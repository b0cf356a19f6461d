/// Why a handshake failed, or a connection broke.
public enum TLSFailure: Error, Equatable, Sendable {
  /// The peer speaks HTTP in clear.
  case plainHTTP
  /// The peer speaks something else, or garbage.
  case notTLS
  /// There is no version that both sides speak.
  case noCommonVersion
  /// There is no cipher, group or signature algorithm that both sides know.
  case noCommonCipher
  /// There is no application protocol that both sides speak.
  case noCommonProtocol
  /// The client asked for a name that no certificate is for.
  case unknownName
  /// The client has to show a certificate and did not.
  case noPeerCertificate
  /// The peer's certificate does not verify; OpenSSL's words.
  case badPeerCertificate(String)
  /// The peer ended it with an alert (RFC 8446 §6).
  case alert(UInt8)
  /// The peer closed the connection without a word.
  case closed
  /// The system call's `errno`.
  case system(Int32)
  /// Anything else; OpenSSL's words.
  case protocolError(String)

  /// A name for counters.
  public var label: StaticString {
    switch self {
    case .plainHTTP: "plain_http"
    case .notTLS: "not_tls"
    case .noCommonVersion: "no_common_version"
    case .noCommonCipher: "no_common_cipher"
    case .noCommonProtocol: "no_common_protocol"
    case .unknownName: "unknown_name"
    case .noPeerCertificate: "no_peer_certificate"
    case .badPeerCertificate: "bad_peer_certificate"
    case .alert: "alert"
    case .closed: "closed"
    case .system: "io_error"
    case .protocolError: "protocol_error"
    }
  }

  /// What there is to say beyond the label; empty if there is nothing.
  public var detail: String {
    switch self {
    case .badPeerCertificate(let reason), .protocolError(let reason): reason
    case .alert(let number): Self.alertName(number)
    case .system(let code): "errno \(code)"
    case .plainHTTP, .notTLS, .noCommonVersion, .noCommonCipher, .noCommonProtocol, .unknownName,
      .noPeerCertificate, .closed:
      ""
    }
  }

  /// Those that peers send of certificates and negotiation, by the names of RFC 8446 §6.
  private static func alertName(_ number: UInt8) -> String {
    switch number {
    case 10: "unexpected_message"
    case 20: "bad_record_mac"
    case 22: "record_overflow"
    case 40: "handshake_failure"
    case 42: "bad_certificate"
    case 43: "unsupported_certificate"
    case 44: "certificate_revoked"
    case 45: "certificate_expired"
    case 46: "certificate_unknown"
    case 47: "illegal_parameter"
    case 48: "unknown_ca"
    case 49: "access_denied"
    case 50: "decode_error"
    case 51: "decrypt_error"
    case 70: "protocol_version"
    case 71: "insufficient_security"
    case 80: "internal_error"
    case 90: "user_canceled"
    case 112: "unrecognized_name"
    case 116: "certificate_required"
    case 120: "no_application_protocol"
    default: "alert \(number)"
    }
  }
}
