import HTTPSemantics

extension ListenerTLSConfig {
  enum Key: String, ObjectKey, TLSParameterKeys {
    case certificates, plain, ciphers, groups, ktls, tickets
    case unknownName = "unknown_name"
    case minVersion = "min_version"
    case maxVersion = "max_version"
    case cipherSuites = "cipher_suites"
    case clientCertificates = "client_certificates"
    case ticketKeys = "ticket_keys"
    case sessionCache = "session_cache"
    case sessionLifetime = "session_lifetime"
    case keyLog = "key_log"

    static let later: Set<String> = ["acme", "early_data", "ech"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    if let list = object.required(.certificates), let elements = list.elements() {
      if elements.isEmpty { list.fail("at least one certificate is needed") }
      certificates = elements.compactMap { CertificateConfig(decoding: $0) }
    }
    object.read(.unknownName, into: &unknownName)
    object.read(.plain, into: &acceptsPlain)
    parameters = TLSParametersConfig(object)
    object.read(.ktls, into: &parameters.ktls)
    if let node = object[.clientCertificates] {
      clients = ClientCertificatesConfig(decoding: node)
    }
    readResumption(object)
    keyLog = object[.keyLog]?.fileReference()
    if keyLog != nil {
      object[.keyLog]?.warn("whoever can read this file can read what the connections carry")
    }
  }

  private mutating func readResumption(_ object: ObjectNode<Key>) {
    object.read(.tickets, into: &tickets)
    if let node = object[.ticketKeys] {
      ticketKeys = (node.oneOrMore() ?? []).compactMap { $0.fileReference() }
      if !tickets { node.fail("has no effect without tickets") }
    }
    object.read(.sessionCache, into: &sessionCache, in: 0...10_000_000)
    object.read(.sessionLifetime, into: &sessionLifetime, in: Ranges.session)
  }
}

extension ClientCertificatesConfig {
  enum Key: String, ObjectKey { case mode, ca, crl, fields }

  init?(decoding node: Node) {
    guard let object = ObjectNode<Key>(node) else { return nil }
    guard let ca = object.required(.ca)?.fileReference() else { return nil }
    self.init(ca: ca)
    object.read(.mode, into: &mode)
    crl = object[.crl]?.fileReference()
    for member in object[.fields]?.object()?.members ?? [] {
      guard let node = object[.fields]?.child(member) else { continue }
      if !Self.canBeName(member.key) {
        node.fail("expected the name of a field that HTTP gives no meaning to")
      } else if let fact = node.word(Fact.self) {
        fields.append(Field(name: member.key, fact: fact))
      }
    }
  }

  /// Fields that decide on framing, routing or hops must not be made up, nor any other that the
  /// proxy has a rule for, reads or writes itself.
  private static func canBeName(_ name: String) -> Bool {
    guard isToken(name), FieldID(name.utf8.span) == .other else { return false }
    let name = name.lowercased()
    let isOurs = name == "portico-reason" || name == "priority"
    return !isOurs && !name.hasPrefix("sec-websocket-") && !name.hasPrefix("grpc-")
  }
}
