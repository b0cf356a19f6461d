import HTTPSemantics

/// What can be asked on the control socket.
enum ControlRequest: Equatable, Sendable {
  /// `POST /reload`
  case reload
  /// `GET /healthz`
  case health
  /// `GET /statistics`
  case statistics

  /// - Throws: The status of the answer: 404 or 405.
  init(_ method: Method, path: String) throws(Refusal) {
    switch path {
    case "/reload": self = .reload
    case "/healthz": self = .health
    case "/statistics": self = .statistics
    default: throw Refusal(status: .notFound)
    }
    let isRead = method == .get || method == .head
    guard self == .reload ? method == .post : isRead else {
      throw Refusal(status: .methodNotAllowed, allow: self == .reload ? "POST" : "GET, HEAD")
    }
  }

  struct Refusal: Error, Equatable {
    let status: StatusCode
    /// The methods that the resource knows (RFC 9110 §10.2.1).
    var allow: String?
  }
}
