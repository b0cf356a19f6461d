import Addressing
public import Configuration
import System
import TLS

/// What `portico cert FILE` prints.
public struct CertificateDescription: Sendable {
  public let text: String
  /// Whether clients ought to refuse it.
  public let hasErrors: Bool

  /// - Parameters:
  ///   - path: A file of certificates in PEM.
  ///   - key: The private key's file; nil if that is not to be looked at.
  ///   - now: In seconds since 1970.
  public init(path: String, key: String?, now: Int64) throws(FileError) {
    let pem = try DiskFiles().read(path)
    let keyOctets: [UInt8]?
    if let key { keyOctets = try DiskFiles().read(key) } else { keyOctets = nil }
    do throws(CertificateError) {
      let report = try CertificateReport(pem: pem, key: keyOctets, now: now)
      text = Self.text(of: report, now: now)
      hasErrors = report.problems.contains { $0.severity == .error }
    } catch {
      text = "error: \(error.text("certificate"))\n"
      hasErrors = true
    }
  }

  private static func text(of report: CertificateReport, now: Int64) -> String {
    var text = ""
    for (index, certificate) in report.chain.enumerated() {
      text += index == 0 ? "certificate\n" : "\ncertificate \(index + 1) of the chain\n"
      text += "  subject      \(certificate.subject)\n"
      text += "  issuer       \(certificate.issuer)\n"
      if !certificate.names.isEmpty { text += "  names        \(names(certificate))\n" }
      text += "  valid        \(date(certificate.notBefore)) to \(date(certificate.notAfter))\n"
      text += "  key          \(key(certificate))\n"
      text += "  signed with  \(certificate.signatureAlgorithm)\n"
      text += "  serial       \(certificate.serial)\n"
      text += "  sha256       \(certificate.fingerprint)\n"
    }
    text += "\ndays left: \(report.daysLeft(now: now))\n"
    for problem in report.problems {
      text += "\(problem.severity == .error ? "error" : "warning"): \(problem.text)\n"
    }
    return text
  }

  private static func names(_ certificate: Certificate) -> String {
    certificate.names.map { name in
      switch name {
      case .dns(let text), .uri(let text), .email(let text): text
      case .address(let octets): IPAddress(octets: octets)?.description ?? "?"
      }
    }.joined(separator: ", ")
  }

  private static func key(_ certificate: Certificate) -> String {
    switch certificate.keyKind {
    case .rsa(let bits): "RSA, \(bits) bits"
    case .ecdsa(let curve, let bits): "ECDSA, \(curve), \(bits) bits"
    case .ed25519: "Ed25519"
    case .other: "of another kind"
    }
  }

  /// As `2026-01-31`.
  private static func date(_ seconds: Int64) -> String {
    let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? "-" : String(CalendarTime.internetText(microseconds: microseconds).prefix(10))
  }
}
