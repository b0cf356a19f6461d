import Addressing
import Bytes
import Configuration
import TLS

/// The fields that tell backends which certificate a client has shown. Made once a connection.
final class ClientIdentity {
  let fields: [(name: [UInt8], value: [UInt8])]

  init(_ certificate: Certificate, as wanted: [ClientCertificatesConfig.Field]) {
    fields = wanted.map { field in
      (Array(field.name.utf8), Self.value(of: field.fact, certificate))
    }
  }

  private static func value(
    of fact: ClientCertificatesConfig.Fact, _ certificate: Certificate
  ) -> [UInt8] {
    switch fact {
    case .certificate: base64(certificate.der)
    case .subject: Array(certificate.subject.utf8)
    case .issuer: Array(certificate.issuer.utf8)
    case .serial: Array(certificate.serial.utf8)
    case .fingerprint: Array(certificate.fingerprint.utf8)
    case .names: Array(certificate.names.map(text).joined(separator: ", ").utf8)
    }
  }

  private static func text(_ name: Certificate.Name) -> String {
    switch name {
    case .dns(let text): "DNS:\(text)"
    case .uri(let text): "URI:\(text)"
    case .email(let text): "email:\(text)"
    case .address(let octets): "IP:\(IPAddress(octets: octets)?.description ?? "?")"
    }
  }

  /// A byte sequence of structured fields (RFC 8941 §3.3.5).
  private static func base64(_ octets: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = [.colon]
    for start in stride(from: 0, to: octets.count, by: 3) {
      let group = octets[start..<min(start + 3, octets.count)]
      var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      bits <<= UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        let digit = digits[Int(bits >> UInt32(18 - 6 * place)) & 63]
        text.append(place <= group.count ? digit : UInt8(ascii: "="))
      }
    }
    text.append(.colon)
    return text
  }
}
