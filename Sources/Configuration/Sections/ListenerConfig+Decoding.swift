import Addressing

/// A listener as one file tells it, and where each of its addresses stands.
struct ListenerDraft {
  var config = ListenerConfig()
  var bindings: [(endpoint: Endpoint, node: Node)] = []

  enum Key: String, ObjectKey {
    case bind, protocols, timeouts, forwarding
    case minRate = "min_rate"
    case maxConnections = "max_connections"
    case serverField = "server_field"

    static let later: Set<String> = [
      "tls", "proxy_protocol", "http2", "http3", "websocket", "grpc",
    ]
  }

  enum ProtocolKey: String, ObjectKey {
    case http1

    static let later: Set<String> = ["http2", "http3", "h2c", "websocket", "grpc", "tls"]
  }

  init(name: String, decoding node: Node) {
    config.name = name
    guard let object = ObjectNode<Key>(node) else { return }
    for node in object.required(.bind)?.oneOrMore() ?? [] { bind(node) }
    config.bind = bindings.map(\.endpoint)
    if let node = object[.protocols] { config.http1 = Self.protocols(node) }
    if let node = object[.timeouts] { config.timeouts = ListenerTimeouts(decoding: node) }
    if let node = object[.forwarding] { config.forwarding = ForwardingConfig(decoding: node) }
    object.read(.minRate, intoSize: &config.minRate, in: 0...1 << 20)
    object.read(
      .maxConnections, into: &config.maxConnections, in: 0...Ranges.connections.upperBound)
    object.read(.serverField, into: &config.serverField)
  }

  private mutating func bind(_ node: Node) {
    guard let text = node.string() else { return }
    do throws(EndpointError) {
      for endpoint in try Endpoint.listening(on: text) { bindings.append((endpoint, node)) }
    } catch {
      node.fail("\"\(text)\": \(error)")
    }
  }

  private static func protocols(_ node: Node) -> HTTP1Config? {
    guard let object = ObjectNode<ProtocolKey>(node) else { return nil }
    if let node = object[.http1] { return HTTP1Config(decoding: node) }
    // A key that was refused has been reported; only an empty object is left to speak of.
    if case .object(let object) = node.value.kind, object.members.isEmpty, !object.isDamaged {
      node.fail("must name a protocol; leave it out for all that there are")
    }
    return nil
  }
}

extension HTTP1Config {
  enum Key: String, ObjectKey {
    case maxRequestLine = "max_request_line"
    case maxHead = "max_head"
    case maxFields = "max_fields"
    case maxRequests = "max_requests"
    case oddNames = "odd_field_names"
    case halfClose = "half_close"

    static let later: Set<String> = ["websocket", "upgrade", "upgrades"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.maxRequestLine, intoSize: &maxRequestLine, in: 256...1 << 20)
    object.read(.maxHead, intoSize: &maxHead, in: 1024...1 << 20)
    object.read(.maxFields, into: &maxFields, in: 1...1000)
    object.read(.maxRequests, into: &maxRequests, in: 0...1_000_000_000)
    object.read(.oddNames, into: &oddNames)
    object.read(.halfClose, into: &halfClose)
    guard maxRequestLine > maxHead else { return }
    let line = format(octets: maxRequestLine)
    (object[.maxHead] ?? object[.maxRequestLine] ?? node).fail(
      "max_head, \(format(octets: maxHead)), is less than max_request_line, \(line)")
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

    static let later: Set<String> = ["tls_handshake", "proxy_header"]
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
  }
}
