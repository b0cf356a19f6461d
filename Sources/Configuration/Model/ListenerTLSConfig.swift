/// TLS on one listener. JSON: `tls`.
public struct ListenerTLSConfig: Equatable, Sendable {
  /// What becomes of a client that asks for a name no certificate is for.
  public enum UnknownName: String, CaseIterable, Sendable {
    /// It gets the first certificate.
    case first
    /// It gets an alert.
    case refuse
  }

  /// JSON: `certificates`, at least one. The first is for clients that name nobody.
  public var certificates: [CertificateConfig] = []
  /// JSON: `unknown_name`.
  public var unknownName = UnknownName.first
  /// Whether clients without TLS are served as such on the same port. JSON: `plain`.
  public var acceptsPlain = false
  public var parameters = TLSParametersConfig()
  /// JSON: `client_certificates`; nil: none are asked for.
  public var clients: ClientCertificatesConfig?
  /// Whether sessions are resumed by tickets.
  public var tickets = true
  /// Files of 80 random octets; the first seals tickets, all open them. None: keys that the daemon
  /// makes and changes. JSON: `ticket_keys`.
  public var ticketKeys: [FileReference] = []
  /// Sessions that are kept for clients without tickets; 0 for none. JSON: `session_cache`.
  public var sessionCache = 0
  /// How long a session can be resumed. JSON: `session_lifetime`.
  public var sessionLifetime: Duration = .seconds(7200)
  /// Where the connections' keys are written, for debugging. JSON: `key_log`.
  public var keyLog: FileReference?

  public init() {}
}

/// What is negotiated. JSON: among the keys of `tls`.
public struct TLSParametersConfig: Equatable, Sendable {
  public enum Version: String, CaseIterable, Sendable {
    case v12 = "1.2"
    case v13 = "1.3"
  }

  /// JSON: `min_version`.
  public var minVersion = Version.v12
  /// JSON: `max_version`.
  public var maxVersion = Version.v13
  /// Of TLS 1.2, in OpenSSL's form; empty for the default.
  public var ciphers = ""
  /// Of TLS 1.3, in OpenSSL's form; empty for the default. JSON: `cipher_suites`.
  public var cipherSuites = ""
  /// In OpenSSL's form, the preferred one first; empty for the default.
  public var groups = ""
  /// Whether the kernel makes the records, where it can.
  public var ktls = false
  /// Where they stand, for what OpenSSL says of them.
  public var location = SourceLocation()
  /// The path of the object that they stand in.
  public var path = ""

  public init() {}

  public static func == (one: Self, other: Self) -> Bool {
    (one.minVersion, one.maxVersion, one.ciphers, one.cipherSuites, one.groups, one.ktls)
      == (
        other.minVersion, other.maxVersion, other.ciphers, other.cipherSuites, other.groups,
        other.ktls
      )
  }
}

/// One entry of `certificates`.
public struct CertificateConfig: Equatable, Sendable {
  public enum Source: Equatable, Sendable {
    /// JSON: `chain` and `key`, both in PEM.
    case files(chain: FileReference, key: FileReference)
    /// Names and addresses of a certificate that is made when the configuration is loaded, and that
    /// nobody trusts. JSON: `self_signed`.
    case selfSigned([String])
  }

  public var source: Source
  /// An OCSP response in DER. JSON: `ocsp`.
  public var ocsp: FileReference?

  public init(source: Source, ocsp: FileReference? = nil) {
    self.source = source
    self.ocsp = ocsp
  }
}

/// What is asked of clients' certificates. JSON: `client_certificates`.
public struct ClientCertificatesConfig: Equatable, Sendable {
  public enum Mode: String, CaseIterable, Sendable { case request, require }

  /// What a field can tell of a client's certificate.
  public enum Fact: String, CaseIterable, Sendable {
    /// RFC 9440: the whole certificate, in base64 between colons.
    case certificate
    case subject, issuer, serial
    /// SHA-256, in hexadecimal digits.
    case fingerprint
    /// The subjectAltName entries, as `DNS:a.example, URI:spiffe://b`.
    case names
  }

  public struct Field: Equatable, Sendable {
    public var name: String
    public var fact: Fact

    public init(name: String, fact: Fact) {
      self.name = name
      self.fact = fact
    }
  }

  public var mode = Mode.require
  public var ca: FileReference
  public var crl: FileReference?
  /// Fields by which backends are told who the client is. JSON: an object of names and facts.
  public var fields: [Field] = []

  public init(ca: FileReference) { self.ca = ca }
}

/// A file that the configuration names, and where it does so.
public struct FileReference: Equatable, Sendable {
  /// Relative to the working directory, or absolute.
  public var path: String
  public var location: SourceLocation
  /// `listeners.web.tls.certificates[0].chain`.
  public var key: String

  public init(path: String, location: SourceLocation = SourceLocation(), key: String = "") {
    self.path = path
    self.location = location
    self.key = key
  }

  /// A problem with what is in the file.
  public func problem(
    _ severity: ConfigurationProblem.Severity, _ message: String
  ) -> ConfigurationProblem {
    ConfigurationProblem(severity, at: location, path: key, message: "\(path): \(message)")
  }
}
