import Configuration
import TLS

/// What OpenSSL refuses, told at the place of the configuration that it comes from.
extension CredentialLoader {
  func problem(
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

  func problem(
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
