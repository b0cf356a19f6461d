import Configuration

/// What a listener speaks, built once from the configuration: the doors in order of rank, and what
/// stands behind each.
struct ListenerPlan: Sendable {
  /// What becomes of a connection that came through a door.
  enum Service: Equatable, Sendable {
    case http1
    case http2
    /// The protocol is recognised and not spoken here: 505 and a close.
    case refuseVersion
  }

  /// Highest rank first. HTTP/2 stands above HTTP/1.1, whose selector takes everything.
  let doors: [(selector: ProtocolSelector, service: Service)]
  /// What ALPN calls what is spoken here.
  private let names: [(name: String, service: Service)]

  init(_ config: ListenerConfig) {
    let hasPriorKnowledge = config.http2?.priorKnowledge ?? false
    var doors: [(ProtocolSelector, Service)] = [
      (.http2Preface, hasPriorKnowledge ? .http2 : .refuseVersion)
    ]
    if config.http1 != nil { doors.append((.http1, .http1)) }
    self.doors = doors
    var names: [(String, Service)] = []
    if config.http2?.alpn ?? false { names.append(("h2", .http2)) }
    if config.http1 != nil { names.append(("http/1.1", .http1)) }
    self.names = names
  }

  /// What TLS is to agree on (RFC 7301), the preferred one first.
  var applicationProtocols: [String] { names.map(\.name) }

  /// What becomes of a connection for which TLS has agreed on `name`.
  ///
  /// - Returns: nil if its first octets have to tell.
  func service(for name: String?) -> Service? { names.first { $0.name == name }?.service }
}
