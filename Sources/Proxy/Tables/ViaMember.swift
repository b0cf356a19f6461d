/// How we name ourselves in `Via` (RFC 9110 §7.6.3).
struct ViaMember {
  let pseudonym: [UInt8]
  private let http1: [UInt8]
  private let http2: [UInt8]

  init(pseudonym: String) {
    self.pseudonym = Array(pseudonym.utf8)
    http1 = Array("1.1 ".utf8) + self.pseudonym
    http2 = Array("2.0 ".utf8) + self.pseudonym
  }

  /// The member for a message that came by `version`.
  func member(of version: WireVersion) -> [UInt8] {
    switch version {
    case .http1: http1
    case .http2: http2
    }
  }
}
