import Configuration
import Proxy
import System
import TLS

/// Turns what a configuration says of TLS into what workers make contexts of.
struct CredentialLoader<Files: FileSource> {
  let files: Files
  let now: Int64
  /// Fingerprints of what is served now; nil if nothing is.
  let served: Set<String>?
  private(set) var material = TLSMaterial()
  /// By path.
  private(set) var secrets: [String: [UInt8]] = [:]
  var certificates: [CertificateStatus] = []
  var problems: [ConfigurationProblem] = []

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
    do throws(TLSKeyLog.OpenError) {
      return try TLSKeyLog(path: file.path)
    } catch {
      let reason = "cannot be opened for writing: \(errorText(error.code))"
      problems.append(file.problem(.error, reason))
      return nil
    }
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

  /// What is in a file; nothing, with the problem noted, if it cannot be read.
  mutating func read(_ file: FileReference) -> [UInt8] {
    do throws(FileError) {
      let octets = try files.read(file.path)
      if octets.isEmpty { problems.append(file.problem(.error, "is empty")) }
      return octets
    } catch {
      problems.append(file.problem(.error, "cannot be read: \(error)"))
      return []
    }
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
