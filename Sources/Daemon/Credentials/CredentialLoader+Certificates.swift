import Configuration
import TLS

/// Certificates with their keys.
extension CredentialLoader {
  mutating func load(_ config: CertificateConfig, owner: String) -> TLSCertificate? {
    switch config.source {
    case .selfSigned(let names): return selfSigned(names, owner: owner)
    case .files(let chain, let key):
      let (chainOctets, keyOctets) = (read(chain), read(key))
      guard !chainOctets.isEmpty, !keyOctets.isEmpty else { return nil }
      guard report(chain, chainOctets, key, keyOctets, owner: owner) else { return nil }
      let staple = config.ocsp.map { read($0) }
      return TLSCertificate(chain: chainOctets, key: keyOctets, staple: staple)
    }
  }

  private mutating func selfSigned(_ names: [String], owner: String) -> TLSCertificate? {
    var request = CertificateIssuer.Request(names.first ?? "localhost")
    request.names = names.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }
    request.notAfter = 90 * 86400
    do throws(TLSSetupError) {
      let issuer = try CertificateIssuer(selfSigned: request)
      certificates.append(
        CertificateStatus(
          owner: owner, file: "self-signed", subject: issuer.certificate.subject,
          fingerprint: issuer.certificate.fingerprint, notAfter: issuer.certificate.notAfter))
      return issuer.pair
    } catch {
      problems.append(
        ConfigurationProblem(
          .error, at: SourceLocation(), path: owner, message: "self_signed: \(error.reason)"))
      return nil
    }
  }

  private static func isAddress(_ name: String) -> Bool {
    name.utf8.contains(UInt8(ascii: ":"))
      || name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
  }

  /// Tells what is wrong with a certificate.
  ///
  /// - Returns: Whether it can be served.
  private mutating func report(
    _ chain: FileReference, _ octets: [UInt8], _ key: FileReference, _ keyOctets: [UInt8],
    owner: String
  ) -> Bool {
    do throws(CertificateError) {
      let report = try CertificateReport(pem: octets, key: nil, now: now)
      let fingerprint = report.chain[0].fingerprint
      let isNew = served.map { !$0.contains(fingerprint) } ?? false
      for problem in report.problems {
        let isError = problem.severity == .error && (isNew || !problem.isOfTime)
        problems.append(chain.problem(isError ? .error : .warning, problem.text))
      }
      certificates.append(
        CertificateStatus(
          owner: owner, file: chain.path, subject: report.chain[0].subject,
          fingerprint: fingerprint, notAfter: report.chain.map(\.notAfter).min() ?? 0))
      return fits(key, keyOctets, report.chain[0])
    } catch {
      problems.append(chain.problem(.error, error.text("certificate")))
      return false
    }
  }

  private mutating func fits(
    _ file: FileReference, _ octets: [UInt8], _ certificate: Certificate
  ) -> Bool {
    do throws(CertificateError) {
      if try PrivateKey(pem: octets).fits(certificate) { return true }
      problems.append(file.problem(.error, "the private key does not fit the certificate"))
    } catch {
      problems.append(file.problem(.error, error.text("private key")))
    }
    return false
  }
}
