/// How long a certificate that is served, or shown to backends, is still valid.
struct CertificateStatus: Equatable, Sendable {
  /// `listeners.web`, `clusters.api`.
  let owner: String
  /// The file, or `self-signed`.
  let file: String
  let subject: String
  let fingerprint: String
  /// In seconds since 1970; of the certificate in the chain that expires first.
  let notAfter: Int64

  /// Whole days; negative once it has expired.
  func daysLeft(now: Int64) -> Int64 {
    let left = notAfter - now
    return left < 0 ? (left - 86399) / 86400 : left / 86400
  }
}
