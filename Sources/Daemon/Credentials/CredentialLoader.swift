import Configuration
import Proxy
import TLS

/// Turns what a configuration says of TLS into what workers make contexts of.
struct CredentialLoader<Files: FileSource> {
  let files: Files
  let now: Int64
  /// Fingerprints of what is served now; nil if nothing is.
  private let served: Set<String>?
  private(set) var material = TLSMaterial()
  /// By path.
  private(set) var secrets: [String: [UInt8]] = [:]
  private(set) var certificates: [CertificateStatus] = []
  private(set) var problems: [ConfigurationProblem] = []

  init(files: Files, now: Int64, served: [CertificateStatus]?) {
    self.files = files
    self.now = now
    self.served = served.map { Set($0.map(\.fingerprint)) }
  }

  // MARK: Listeners

  mutating func load(_ config: ListenerTLSConfig, listener name: String) {
    let before = problems.count
    var settings = TLSServerSettings(certificates: [])
    for certificate in config.certificates {
      if let pair = load(certificate, owner: "listeners.\(name)") {
        settings.certificates.append(pair)
      }
    }
    settings.parameters = TLSParameters(config.parameters)
    settings.unknownName = config.unknownName == .first ? .useFirst : .refuse
    settings.usesTickets = config.tickets
    settings.sessionLifetime = Int(config.sessionLifetime.components.seconds)
    if let clients = config.clients { settings.clients = policy(clients) }
    if let keyLog = config.keyLog { settings.keyLog = open(keyLog) }
    let keys = config.ticketKeys.compactMap { ticketKey($0) }
    guard problems[before...].allSatisfy({ $0.severity == .warning }) else { return }
    do throws(TLSSetupError) {
      _ = try TLSServerContext(settings)
    } catch {
      return problems.append(problem(error, config))
    }
    material.listeners[name] = TLSMaterial.Listener(
      settings: settings, ticketKeys: keys, sessionCapacity: config.sessionCache)
  }

  private mutating func policy(_ config: ClientCertificatesConfig) -> TLSClientPolicy {
    TLSClientPolicy(
      config.mode == .require ? .require : .request, authorities: read(config.ca),
      revocations: config.crl.map { read($0) } ?? [])
  }

  private mutating func ticketKey(_ file: FileReference) -> TLSTicketKey? {
    let octets = read(file)
    if let key = TLSTicketKey(octets) { return key }
    if !octets.isEmpty {
      problems.append(
        file.problem(
          .error, "a ticket key has \(TLSTicketKey.octetCount) octets, this has \(octets.count)"))
    }
    return nil
  }

  private mutating func open(_ file: FileReference) -> TLSKeyLog? {
    let log = TLSKeyLog(path: file.path)
    if log == nil { problems.append(file.problem(.error, "cannot be opened for writing")) }
    return log
  }

  // MARK: Clusters

  mutating func load(_ config: ClusterTLSConfig, cluster: ClusterConfig) {
    let before = problems.count
    var settings = TLSClientSettings()
    settings.parameters = TLSParameters(config.parameters)
    settings.resumesSessions = config.sessionResumption
    // Without HTTP/2 in common, HTTP/1.1 will do; HTTP/2 is never spoken unasked (RFC 9113 §3.2).
    settings.protocols = cluster.protocol == .http2 ? ["h2", "http/1.1"] : ["http/1.1"]
    if !config.verify {
      settings.trust = .anybody
    } else if let ca = config.ca {
      settings.trust = .authorities(read(ca))
    }
    settings.revocations = config.crl.map { read($0) } ?? []
    settings.certificate = config.certificate.flatMap {
      load($0, owner: "clusters.\(cluster.name)")
    }
    guard problems[before...].allSatisfy({ $0.severity == .warning }) else { return }
    do throws(TLSSetupError) {
      _ = try TLSClientContext(settings)
    } catch {
      return problems.append(problem(error, config))
    }
    material.clusters[cluster.name] = TLSMaterial.Cluster(
      settings: settings, digest: digest(settings))
  }

  /// Equal for equal settings within one process, which is all that it is compared in.
  private func digest(_ settings: TLSClientSettings) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(settings.trust)
    hasher.combine(settings.revocations)
    hasher.combine(settings.certificate)
    hasher.combine(settings.parameters)
    hasher.combine(settings.protocols)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  // MARK: Secrets

  /// The file's octets, without the line's end that editors put there.
  mutating func loadSecret(_ file: FileReference) {
    var octets = read(file)
    if octets.isEmpty { return }
    while octets.last == UInt8(ascii: "\n") || octets.last == UInt8(ascii: "\r") {
      octets.removeLast()
    }
    if octets.count < StickyConfig.minSecret {
      let count = "has at least \(StickyConfig.minSecret) octets, this has \(octets.count)"
      problems.append(file.problem(.error, "a secret \(count)"))
    }
    secrets[file.path] = octets
  }

  // MARK: Certificates

  private mutating func load(_ config: CertificateConfig, owner: String) -> TLSCertificate? {
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

  /// What is in a file; nothing, with the problem noted, if it cannot be read.
  private mutating func read(_ file: FileReference) -> [UInt8] {
    do throws(FileError) {
      let octets = try files.read(file.path)
      if octets.isEmpty { problems.append(file.problem(.error, "is empty")) }
      return octets
    } catch {
      problems.append(file.problem(.error, "cannot be read: \(error)"))
      return []
    }
  }

  // MARK: What OpenSSL refuses

  private func problem(
    _ error: TLSSetupError, _ config: ListenerTLSConfig
  ) -> ConfigurationProblem {
    let file: FileReference? =
      switch error.part {
      case .chain(let index): config.certificates[index].files?.chain
      case .key(let index): config.certificates[index].files?.key
      case .staple(let index): config.certificates[index].ocsp
      case .authorities: config.clients?.ca
      case .revocations: config.clients?.crl
      case .ciphers, .cipherSuites, .groups, .library: nil
      }
    return file?.problem(.error, error.reason) ?? problem(error, config.parameters)
  }

  private func problem(
    _ error: TLSSetupError, _ config: ClusterTLSConfig
  ) -> ConfigurationProblem {
    let file: FileReference? =
      switch error.part {
      case .chain: config.certificate?.files?.chain
      case .key: config.certificate?.files?.key
      case .authorities: config.ca
      case .revocations: config.crl
      case .staple, .ciphers, .cipherSuites, .groups, .library: nil
      }
    return file?.problem(.error, error.reason) ?? problem(error, config.parameters)
  }

  private func problem(
    _ error: TLSSetupError, _ config: TLSParametersConfig
  ) -> ConfigurationProblem {
    let key =
      switch error.part {
      case .ciphers: ".ciphers"
      case .cipherSuites: ".cipher_suites"
      case .groups: ".groups"
      case .chain, .key, .staple, .authorities, .revocations, .library: ""
      }
    return ConfigurationProblem(
      .error, at: config.location, path: config.path + key, message: error.reason)
  }
}

extension CertificateConfig {
  fileprivate var files: (chain: FileReference, key: FileReference)? {
    if case .files(let chain, let key) = source { (chain, key) } else { nil }
  }
}

extension TLSParameters {
  init(_ config: TLSParametersConfig) {
    self.init()
    minVersion = config.minVersion == .v12 ? .v12 : .v13
    maxVersion = config.maxVersion == .v12 ? .v12 : .v13
    if !config.ciphers.isEmpty { ciphers = config.ciphers }
    if !config.cipherSuites.isEmpty { cipherSuites = config.cipherSuites }
    if !config.groups.isEmpty { groups = config.groups }
    usesKernel = config.ktls
  }
}
