/// Why a certificate or key cannot be taken out of a file.
public enum CertificateError: Error, Equatable, Sendable {
  /// There is none in it.
  case none
  /// There is one, but not a proper one; OpenSSL's words.
  case unreadable(String)
  /// The private key needs a password, which a daemon has nobody to ask for.
  case encrypted
  case outOfMemory

  /// What to tell of a file that was to hold a `subject`.
  public func text(_ subject: String) -> String {
    switch self {
    case .none: "no \(subject) in PEM form"
    case .unreadable(let reason): "unreadable \(subject): \(reason)"
    case .encrypted: "the \(subject) is encrypted; a daemon cannot ask for its password"
    case .outOfMemory: "out of memory"
    }
  }
}
