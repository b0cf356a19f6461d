import Bytes
import Configuration
import TLS

/// The cookies by which a cluster's sessions stay with their backends.
///
/// A cookie's value is the HMAC of what the backend is called under the cluster's secret: it says
/// nothing of the fleet to those who see it, nobody without the secret can make one for a backend
/// of his choice, and everybody with it makes the same, after a reload, a restart, or on another
/// machine. So there is nothing to keep, and nothing to compute for a request: the values are made
/// with the tables.
struct StickySessions {
  private let cookie: [UInt8]
  /// By value.
  private let backends: [Token: Int]
  /// By backend: the values of `Set-Cookie` without and with `Secure`.
  private let fields: [(plain: [UInt8], secure: [UInt8])]
  /// Browsers take `SameSite=None` with `Secure` only.
  private let alwaysSecure: Bool

  /// - Parameters:
  ///   - names: Of the backends, with their subclusters, in the order of their indices.
  init(_ config: StickyConfig, secret: [UInt8], cluster: String, names: [String]) {
    cookie = Array(config.cookie.utf8)
    var backends: [Token: Int] = [:]
    var fields: [(plain: [UInt8], secure: [UInt8])] = []
    for (index, name) in names.enumerated() {
      let message = Array("\(cluster)\n\(name)".utf8)
      let code = MessageAuthentication.hmacSHA256(message, key: secret)
      let token = Token(code)
      // Of one that is named twice the first will do.
      if !code.isEmpty, backends[token] == nil { backends[token] = index }
      let field = Self.field(config, token.text)
      fields.append((Array(field.utf8), Array("\(field); Secure".utf8)))
    }
    self.backends = backends
    self.fields = fields
    alwaysSecure = config.sameSite == .none
  }

  private static func field(_ config: StickyConfig, _ value: String) -> String {
    var field = "\(config.cookie)=\(value); Path=\(config.path); HttpOnly"
    switch config.sameSite {
    case .lax: field += "; SameSite=Lax"
    case .strict: field += "; SameSite=Strict"
    case .none: field += "; SameSite=None"
    }
    if let lifetime = config.lifetime { field += "; Max-Age=\(lifetime.components.seconds)" }
    return field
  }

  /// The backend whose cookie a request has.
  func backend(of request: Request) -> Int? {
    request.withCookie(cookie.span) { value in Token(text: value).flatMap { backends[$0] } }
  }

  /// The value of `Set-Cookie` that binds a session to `backend`.
  func field(for backend: Int, isSecure: Bool) -> [UInt8] {
    isSecure || alwaysSecure ? fields[backend].secure : fields[backend].plain
  }
}

/// The first 128 bits of an HMAC; as text, 32 hexadecimal digits.
private struct Token: Hashable {
  private let high: UInt64
  private let low: UInt64

  init(_ code: [UInt8]) {
    high = code.prefix(8).reduce(0) { $0 &<< 8 | UInt64($1) }
    low = code.dropFirst(8).prefix(8).reduce(0) { $0 &<< 8 | UInt64($1) }
  }

  init?(text: Span<UInt8>) {
    guard text.count == 32 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for index in text.indices {
      guard let digit = text[index].hexDigitValue else { return nil }
      if index < 16 {
        words.0 = words.0 &<< 4 | UInt64(digit)
      } else {
        words.1 = words.1 &<< 4 | UInt64(digit)
      }
    }
    (high, low) = words
  }

  var text: String { Self.digits(high) + Self.digits(low) }

  private static func digits(_ word: UInt64) -> String {
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
