import Bytes
import Configuration
import HTTPSemantics
import Proxy

/// What can be asked on the control socket and on the admin listener.
enum AdminRequest: Equatable, Sendable {
  /// `POST /reload`
  case reload
  /// `GET /healthz`: whether the process lives; `GET /readyz`: whether it wants traffic.
  case health, readiness
  /// `GET /`: a page for browsers.
  case page
  /// `GET /metrics`
  case metrics
  /// `GET /config`: what is live.
  case configuration
  /// `GET /clusters`: each backend's state.
  case clusters
  /// `GET /backends`: who is in use, who is not, and why.
  case backends
  /// `POST /backends/NAME/STATE`, with `reset` for the configuration's state, which is nil.
  case assign(AssignedState?, backend: String)
  /// `GET /connections`: what is open.
  case connections
  /// `GET /statistics`
  case statistics
  /// `GET /log-level`
  case logLevel
  /// `PUT /log-level?level=debug`
  case setLogLevel(LoggingConfig.Level)

  /// - Parameter query: With its question mark, or empty.
  /// - Throws: The status of the answer: 400, 404 or 405.
  init(_ method: Method, path: String, query: String = "") throws(Refusal) {
    let isRead = method == .get || method == .head
    if path.hasPrefix("/backends/") {
      self = try Self.assignment(String(path.dropFirst("/backends/".count)))
      guard method == .post else { throw .wrongMethod(allow: "POST") }
      return
    }
    switch path {
    case "/reload":
      guard method == .post else { throw .wrongMethod(allow: "POST") }
      self = .reload
      return
    case "/log-level" where method == .put:
      guard let level = Self.level(query) else { throw Refusal(status: .badRequest) }
      self = .setLogLevel(level)
      return
    case "/log-level":
      guard isRead else { throw .wrongMethod(allow: "GET, HEAD, PUT") }
      self = .logLevel
      return
    case "/": self = .page
    case "/healthz": self = .health
    case "/readyz": self = .readiness
    case "/metrics": self = .metrics
    case "/config": self = .configuration
    case "/clusters": self = .clusters
    case "/backends": self = .backends
    case "/connections": self = .connections
    case "/statistics": self = .statistics
    default: throw Refusal(status: .notFound)
    }
    guard isRead else { throw .wrongMethod(allow: "GET, HEAD") }
  }

  /// - Parameter path: What comes after `/backends/`; a backend on a unix socket has slashes in its
  ///   name.
  private static func assignment(_ path: String) throws(Refusal) -> AdminRequest {
    guard let slash = path.lastIndex(of: "/") else { throw Refusal(status: .notFound) }
    let word = path[path.index(after: slash)...]
    let state = AssignedState.allCases.first { $0.name == word }
    guard state != nil || word == "reset" else { throw Refusal(status: .notFound) }
    return .assign(state, backend: String(path[..<slash]))
  }

  private static func level(_ query: String) -> LoggingConfig.Level? {
    guard query.hasPrefix("?level=") else { return nil }
    return LoggingConfig.Level(rawValue: String(query.dropFirst(7)))
  }

  /// Whether it may be asked without a token: what load balancers ask, and the page, which has no
  /// data in it.
  var isOpen: Bool { self == .health || self == .readiness || self == .page }

  struct Refusal: Error, Equatable {
    let status: StatusCode
    /// The methods that the resource knows (RFC 9110 §10.2.1).
    var allow: String?

    static func wrongMethod(allow: String) -> Refusal {
      Refusal(status: .methodNotAllowed, allow: allow)
    }
  }
}
