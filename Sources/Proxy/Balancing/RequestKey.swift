import Bytes
import Configuration
import HTTPSemantics

/// What of a request a hash is taken of, to choose by.
enum RequestKey {
  case clientAddress, path
  case header([UInt8])
  case cookie([UInt8])
  case query([UInt8])

  init(_ config: BalanceConfig.Key) {
    switch config {
    case .clientAddress: self = .clientAddress
    case .path: self = .path
    case .header(let name): self = .header(Array(name.utf8))
    case .cookie(let name): self = .cookie(Array(name.utf8))
    case .query(let name): self = .query(Array(name.utf8))
    }
  }

  /// Its key is no secret: the daemons of a fleet are to agree, also after a restart. Who chooses
  /// keys that fall together loads one backend, which its bound is there for.
  private static let hasher = KeyedHash(key: (0x7066_6c62_6574_6361, 0x3141_5926_5358_9793))

  /// The hash of what a backend or subcluster is called.
  static func hash(of name: String) -> UInt64 { hasher.hash(name.utf8.span) }

  /// The hash of what `request` says here; nil if it says nothing.
  func hash(of request: Request) -> UInt64? {
    switch self {
    case .clientAddress:
      let client = request.originText
      return Self.hasher.hash(client.span)
    case .path: return request.withPath { Self.hasher.hash($0) }
    case .header(let name):
      return request.withBytes { bytes in
        guard let value = request.field(name.span, bytes) else { return nil }
        return Self.hasher.hash(bytes[value])
      }
    case .cookie(let name):
      return request.withCookie(name.span) { Self.hasher.hash($0) }
    case .query(let name):
      return request.withBytes { bytes in
        let query = bytes[request.head.query]
        return NamedValue.parameter(name.span, in: query).map { Self.hasher.hash(query[$0]) }
      }
    }
  }
}

extension Request {
  /// Calls `body` with the value of the first cookie called `name`.
  func withCookie<Result>(
    _ name: Span<UInt8>, _ body: (Span<UInt8>) -> Result?
  ) -> Result? {
    guard head.fields.contains(.cookie) else { return nil }
    return withBytes { bytes in
      for index in head.fields.lines.indices {
        let line = head.fields.lines[index]
        guard line.id == .cookie else { continue }
        let field = bytes[line.value]
        if let value = NamedValue.cookie(name, in: field) { return body(field[value]) }
      }
      return nil
    }
  }

  /// The value of the first field called `name`.
  fileprivate func field(_ name: Span<UInt8>, _ bytes: Span<UInt8>) -> ByteRange? {
    for index in head.fields.lines.indices {
      let line = head.fields.lines[index]
      if bytes[line.name].equalsIgnoringCase(name) { return line.value }
    }
    return nil
  }
}
