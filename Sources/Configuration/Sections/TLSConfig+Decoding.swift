// What `tls` of listeners and of clusters have in common.

/// The keys of negotiation, which stand among those of another object.
protocol TLSParameterKeys: ObjectKey {
  static var minVersion: Self { get }
  static var maxVersion: Self { get }
  static var ciphers: Self { get }
  static var cipherSuites: Self { get }
  static var groups: Self { get }
}

extension TLSParametersConfig {
  init<Key: TLSParameterKeys>(_ object: ObjectNode<Key>) {
    self.init()
    location = object.node.location
    path = object.node.path.description
    object.read(.minVersion, into: &minVersion)
    object.read(.maxVersion, into: &maxVersion)
    if minVersion == .v13, maxVersion == .v12 {
      object[.minVersion]?.fail("is higher than max_version")
    }
    object.read(.ciphers, into: &ciphers)
    object.read(.cipherSuites, into: &cipherSuites)
    object.read(.groups, into: &groups)
  }
}

extension Node {
  /// A file, by its path relative to the one that names it.
  func fileReference() -> FileReference? {
    guard let text = string() else { return nil }
    if text.isEmpty {
      fail("expected a path")
      return nil
    }
    return FileReference(
      path: resolve(text, from: file.path), location: location, key: path.description)
  }
}

extension CertificateConfig {
  enum Key: String, ObjectKey {
    case chain, key, ocsp
    case selfSigned = "self_signed"
  }

  /// What a listener shows of itself.
  init?(decoding node: Node) {
    guard let object = ObjectNode<Key>(node) else { return nil }
    if let names = object[.selfSigned] {
      for key in [Key.chain, .key, .ocsp] { object[key]?.fail("has no place beside self_signed") }
      guard let found = Self.names(names), !found.isEmpty else { return nil }
      self.init(source: .selfSigned(found))
      return
    }
    let (chain, key) = (object.required(.chain), object.required(.key))
    guard let chain = chain?.fileReference(), let key = key?.fileReference() else { return nil }
    self.init(source: .files(chain: chain, key: key), ocsp: object[.ocsp]?.fileReference())
  }

  enum ClientKey: String, ObjectKey { case chain, key }

  /// What is shown to backends.
  init?(decodingClient node: Node) {
    guard let object = ObjectNode<ClientKey>(node) else { return nil }
    let (chain, key) = (object.required(.chain), object.required(.key))
    guard let chain = chain?.fileReference(), let key = key?.fileReference() else { return nil }
    self.init(source: .files(chain: chain, key: key))
  }

  private static func names(_ node: Node) -> [String]? {
    node.oneOrMore()?.compactMap { element in
      guard let name = element.string() else { return nil }
      // They are put into OpenSSL's own little language, between commas.
      let isPlain = name.utf8.allSatisfy {
        isWordOctet($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "*")
      }
      if isPlain, !name.isEmpty { return name }
      element.fail("expected a host name or an address")
      return nil
    }
  }
}
