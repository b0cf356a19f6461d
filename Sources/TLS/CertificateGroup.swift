import COpenSSL

/// Certificates that stand side by side for the same names, with keys of different kinds.
struct CertificateGroup {
  /// Indices into the settings' certificates.
  let members: [Int]
  private(set) var names: [String]
  let clients: TLSClientPolicy
  /// What of the group decides whether a session may be resumed with it: 32 octets.
  let scope: [UInt8]

  /// All groups of `settings`; that of the first certificate stands first.
  static func all(of settings: TLSServerSettings) throws(TLSSetupError) -> [CertificateGroup] {
    var certificates: [Certificate] = []
    for (index, pair) in settings.certificates.enumerated() {
      certificates.append(try ContextHandle.load(pair, index: index).0[0])
    }
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (index, certificate) in certificates.enumerated() {
      for name in certificate.hostNames {
        guard let others = members[name] else {
          order.append(name)
          members[name] = [index]
          continue
        }
        // The first of a kind wins, as does the first policy for a name.
        let isNew = !others.contains { other in
          certificates[other].keyKind.isSameKind(as: certificate.keyKind)
            || settings.certificates[other].clients != settings.certificates[index].clients
        }
        if isNew { members[name] = others + [index] }
      }
    }
    var groups: [CertificateGroup] = []
    // The first certificate is the one for clients that name nobody, also if it has no names.
    if let first = certificates.first?.hostNames.first, let initial = members[first] {
      groups.append(CertificateGroup(initial, settings))
    } else {
      groups.append(CertificateGroup([0], settings))
    }
    for name in order {
      guard let indices = members[name] else { continue }
      if let known = groups.firstIndex(where: { $0.members == indices }) {
        groups[known].names.append(name)
      } else {
        groups.append(CertificateGroup(indices, settings))
        groups[groups.count - 1].names.append(name)
      }
    }
    return groups
  }

  private init(_ members: [Int], _ settings: TLSServerSettings) {
    self.members = members
    names = []
    clients = settings.certificates[members[0]].clients ?? settings.clients
    scope = Self.scope(of: clients)
  }

  /// A session proves a client's certificate without looking at it again. So it counts only where
  /// the same is asked of clients: by the same authorities and the same revocation lists.
  private static func scope(of clients: TLSClientPolicy) -> [UInt8] {
    var octets: [UInt8] = [clients.mode == .none ? 0 : clients.mode == .request ? 1 : 2]
    octets += clients.authorities
    octets.append(0)
    octets += clients.revocations
    let size = Int(SHA256_DIGEST_LENGTH)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { room, filled in
      // Sound: the digest takes the array's octets and fills the 32 that there is room for.
      unsafe octets.withUnsafeBufferPointer {
        _ = unsafe SHA256($0.baseAddress, $0.count, room.baseAddress)
      }
      filled = size
    }
  }
}

extension Certificate.KeyKind {
  /// Whether OpenSSL has one place for both.
  func isSameKind(as other: Certificate.KeyKind) -> Bool {
    switch (self, other) {
    case (.rsa, .rsa), (.ecdsa, .ecdsa), (.ed25519, .ed25519), (.other, .other): true
    case (.rsa, _), (.ecdsa, _), (.ed25519, _), (.other, _): false
    }
  }
}
