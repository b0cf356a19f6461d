import Addressing

extension ClusterTLSConfig {
  enum Key: String, ObjectKey, TLSParameterKeys {
    case verify, ca, crl, name, certificate, ciphers, groups
    case minVersion = "min_version"
    case maxVersion = "max_version"
    case cipherSuites = "cipher_suites"
    case sessionResumption = "session_resumption"
  }

  /// - Parameter subclusters: Whose backends it is for.
  init(decoding node: Node, for subclusters: [SubclusterConfig]) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.verify, into: &verify)
    ca = object[.ca]?.fileReference()
    crl = object[.crl]?.fileReference()
    if let node = object[.name], let text = node.string() {
      name = text
      if !isAuthority(text) || text.utf8.contains(UInt8(ascii: ":")) {
        node.fail("expected a host name")
      }
    }
    certificate = object[.certificate].flatMap { CertificateConfig(decodingClient: $0) }
    parameters = TLSParametersConfig(object)
    object.read(.sessionResumption, into: &sessionResumption)
    checkTrust(object, subclusters)
  }

  private func checkTrust(_ object: ObjectNode<Key>, _ subclusters: [SubclusterConfig]) {
    if !verify {
      object[.verify]?.warn("whoever sits between can read and change what is sent to backends")
      for key in [Key.ca, .crl] { object[key]?.fail("has no effect without verify") }
      return
    }
    let isNameless = subclusters.contains { subcluster in
      subcluster.backends.contains { if case .unix = $0.address { true } else { false } }
    }
    if isNameless, name == nil {
      object.node.fail("a backend at a unix socket has no name to be verified by; set \"name\"")
    }
  }
}
