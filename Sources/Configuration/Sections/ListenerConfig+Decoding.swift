import Addressing

/// A listener as one file tells it, and where each of its addresses stands.
struct ListenerDraft {
  var config = ListenerConfig()
  var bindings: [(endpoint: Endpoint, node: Node)] = []

  enum Key: String, ObjectKey {
    case bind, protocols, timeouts, forwarding, tls
    case minRate = "min_rate"
    case maxConnections = "max_connections"
    case serverField = "server_field"
    case reasonField = "reason_field"
    case accessLog = "access_log"

    static let later: Set<String> = ["proxy_protocol", "http3"]
  }

  init(name: String, decoding node: Node) {
    config.name = name
    guard let object = ObjectNode<Key>(node) else { return }
    for node in object.required(.bind)?.oneOrMore() ?? [] { bind(node) }
    config.bind = bindings.map(\.endpoint)
    if let node = object[.tls] { config.tls = ListenerTLSConfig(decoding: node) }
    if let node = object[.protocols] { readProtocols(node) }
    if let node = object[.timeouts] { config.timeouts = ListenerTimeouts(decoding: node) }
    if let node = object[.forwarding] { config.forwarding = ForwardingConfig(decoding: node) }
    object.read(.minRate, intoSize: &config.minRate, in: 0...1 << 20)
    object.read(
      .maxConnections, into: &config.maxConnections, in: 0...Ranges.connections.upperBound)
    object.read(.serverField, into: &config.serverField)
    object.read(.reasonField, into: &config.reasonField)
    if let rule = object[.accessLog].flatMap({ AccessLogRule(decoding: $0) }) {
      config.accessLog = rule
    }
  }

  private mutating func bind(_ node: Node) {
    guard let text = node.string() else { return }
    do throws(EndpointError) {
      for endpoint in try Endpoint.listening(on: text) { bindings.append((endpoint, node)) }
    } catch {
      node.fail("\"\(text)\": \(error)")
    }
  }
}

extension ListenerTimeouts {
  enum Key: String, ObjectKey {
    case firstByte = "first_byte"
    case select, head
    case keepAlive = "keep_alive"
    case bodyIdle = "body_idle"
    case writeIdle = "write_idle"
    case maxAge = "max_age"
    case tlsHandshake = "tls_handshake"

    static let later: Set<String> = ["proxy_header"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.firstByte, into: &firstByte, in: Ranges.timeout)
    object.read(.select, into: &select, in: Ranges.timeout)
    object.read(.head, into: &head, in: Ranges.timeout)
    object.read(.keepAlive, into: &keepAlive, in: Ranges.timeout)
    object.read(.bodyIdle, into: &bodyIdle, in: Ranges.timeout)
    object.read(.writeIdle, into: &writeIdle, in: Ranges.timeout)
    object.read(.maxAge, into: &maxAge, in: Ranges.optionalTime)
    object.read(.tlsHandshake, into: &tlsHandshake, in: Ranges.timeout)
  }
}
