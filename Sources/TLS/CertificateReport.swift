import COpenSSL

/// What is wrong with a certificate, its chain and its key, or soon will be.
public struct CertificateProblem: Equatable, Sendable {
  public enum Severity: Equatable, Sendable {
    /// Clients will, or ought to, refuse it.
    case error
    case warning
  }

  public let severity: Severity
  public let text: String
  /// Whether time alone has made it so, or will mend it: it has expired, or is not valid yet.
  public var isOfTime = false

  static func error(_ text: String) -> CertificateProblem {
    CertificateProblem(severity: .error, text: text)
  }
  static func ofTime(_ text: String) -> CertificateProblem {
    CertificateProblem(severity: .error, text: text, isOfTime: true)
  }
  static func warning(_ text: String) -> CertificateProblem {
    CertificateProblem(severity: .warning, text: text)
  }
}

/// What a chain of certificates says, and what is wrong with it.
public struct CertificateReport {
  /// The certificate itself first.
  public let chain: [Certificate]
  public let problems: [CertificateProblem]

  /// Fewer days than these are told of.
  public static let daysOfWarning: Int64 = 30

  /// - Parameters:
  ///   - pem: The file's contents.
  ///   - key: The private key's file, in PEM; nil if that is not to be looked at.
  ///   - now: In seconds since 1970.
  /// - Throws: Why there is nothing to report of.
  public init(pem: [UInt8], key: [UInt8]?, now: Int64) throws(CertificateError) {
    chain = try Certificate.all(inPEM: pem)
    var problems: [CertificateProblem] = []
    if let key { problems += Self.problems(of: key, for: chain[0]) }
    for (index, certificate) in chain.enumerated() {
      let subject = index == 0 ? "the certificate" : "certificate \(index + 1) of the chain"
      problems += Self.problems(of: certificate, called: subject, now: now)
    }
    problems += Self.problems(ofNames: chain[0])
    problems += Self.problems(ofOrder: chain)
    self.problems = problems
  }

  /// Whole days that the shortest-lived certificate of the chain still has; negative once expired.
  public func daysLeft(now: Int64) -> Int64 {
    let end = chain.map(\.notAfter).min() ?? now
    // Rounded down, so that what has expired today has -1 left.
    let days = (end - now) / 86400
    return end < now && (end - now) % 86400 != 0 ? days - 1 : days
  }

  private static func problems(
    of pem: [UInt8], for certificate: Certificate
  ) -> [CertificateProblem] {
    do throws(CertificateError) {
      return try PrivateKey(pem: pem).fits(certificate)
        ? [] : [.error("the private key does not fit the certificate")]
    } catch {
      return [.error(error.text("private key"))]
    }
  }

  private static func problems(
    of certificate: Certificate, called subject: String, now: Int64
  ) -> [CertificateProblem] {
    var problems: [CertificateProblem] = []
    let left = certificate.notAfter - now
    if certificate.notBefore > now {
      problems.append(.ofTime("\(subject) is not valid yet"))
    }
    if left < 0 {
      problems.append(.ofTime("\(subject) has expired \(days(-left)) ago"))
    } else if left < daysOfWarning * 86400 {
      problems.append(.warning("\(subject) expires in \(days(left))"))
    }
    if case .rsa(let bits) = certificate.keyKind, bits < 2048 {
      problems.append(.error("\(subject) has a key of \(bits) bits only"))
    }
    let signature = certificate.signatureAlgorithm.lowercased()
    if signature.hasPrefix("sha1") || signature.hasPrefix("md5") || signature == "ecdsa-with-sha1" {
      problems.append(.error("\(subject) is signed with \(certificate.signatureAlgorithm)"))
    }
    return problems
  }

  private static func days(_ seconds: Int64) -> String {
    let days = seconds / 86400
    return days == 1 ? "1 day" : "\(days) days"
  }

  private static func problems(ofNames certificate: Certificate) -> [CertificateProblem] {
    var problems: [CertificateProblem] = []
    if certificate.names.isEmpty {
      problems.append(.warning("the certificate has no subjectAltName, which clients go by"))
    }
    for name in certificate.hostNames where name.dropFirst().contains("*") || name == "*" {
      problems.append(.warning("'\(name)': a wildcard stands for the first label only"))
    }
    return problems
  }

  private static func problems(ofOrder chain: [Certificate]) -> [CertificateProblem] {
    var problems: [CertificateProblem] = []
    if chain[0].isAuthority, !chain[0].isSelfIssued {
      problems.append(.error("the file begins with an authority, not with the certificate itself"))
    }
    for (index, certificate) in chain.enumerated().dropLast()
    where !certificate.isIssued(by: chain[index + 1]) {
      problems.append(
        .error("certificate \(index + 2) of the chain has not signed the one before it"))
    }
    let last = chain[chain.count - 1]
    if last.isSelfIssued {
      // Sending the root too only costs octets; a certificate on its own may well be self-signed.
      if chain.count > 1 {
        problems.append(.warning("the chain ends with its root, which need not be sent"))
      } else {
        problems.append(.warning("the certificate is self-signed: only who has it will trust it"))
      }
    } else if !SystemTrust.knows(chain) {
      problems.append(
        .warning(
          "the chain is not complete, or of an authority of your own: "
            + "the system knows no certificate of '\(last.issuer)'"))
    }
    return problems
  }
}

/// The authorities that the system trusts.
private enum SystemTrust {
  /// Whether one of them has signed the chain's last certificate.
  static func knows(_ chain: [Certificate]) -> Bool {
    ERR_clear_error()
    defer { ERR_clear_error() }
    // Sound: everything is held until the calls are over.
    guard let store = unsafe Owned(X509_STORE_new(), X509_STORE_free),
      unsafe X509_STORE_set_default_paths(store.pointer) == 1,
      let lookup = unsafe Owned(X509_STORE_CTX_new(), X509_STORE_CTX_free),
      let last = chain.last,
      unsafe X509_STORE_CTX_init(lookup.pointer, store.pointer, last.x509, nil) == 1
    else { return false }
    var issuer: OpaquePointer?
    let found = unsafe X509_STORE_CTX_get1_issuer(&issuer, lookup.pointer, last.x509)
    unsafe X509_free(issuer)
    return found == 1
  }
}
