extension ListenerDraft {
  enum ProtocolKey: String, ObjectKey {
    case http1, http2, websocket

    static let later: Set<String> = ["http3", "tls"]
  }

  mutating func readProtocols(_ node: Node) {
    guard let object = ObjectNode<ProtocolKey>(node) else { return }
    config.http1 = object[.http1].map { HTTP1Config(decoding: $0) }
    config.http2 = object[.http2].map { HTTP2Config(decoding: $0) }
    config.websocket = object[.websocket].map { WebSocketConfig(decoding: $0) }
    guard case .object(let given) = node.value.kind, !given.isDamaged else { return }
    if given.members.isEmpty {
      node.fail("must name a protocol; leave it out for all that there are")
    }
    // A key that was refused has been reported; it may be the one that is missed.
    if object.members.count == given.members.count { checkDoors(object) }
  }

  /// Says which protocols are named here and cannot be reached, by the doors that lead to them.
  private func checkDoors(_ object: ObjectNode<ProtocolKey>) {
    if let node = object[.http2], let http2 = config.http2 { checkDoors(to: http2, node) }
    if let node = object[.websocket], let websocket = config.websocket {
      checkDoors(to: websocket, node)
    }
  }

  private func checkDoors(to http2: HTTP2Config, _ node: Node) {
    if config.http1 == nil { node.refuseTrue("upgrade", takes: "http1") }
    // `alpn` opens nothing without TLS, and `upgrade` is a request of HTTP/1.1 in clear.
    if http2.alpn, config.tls != nil { return }
    if http2.priorKnowledge || (http2.upgrade && config.http1 != nil) { return }
    let message =
      "no client can come to it; there are prior_knowledge, upgrade with http1, and alpn with TLS"
    if config.http1 == nil { node.fail(message) } else { node.warn(message) }
  }

  private func checkDoors(to websocket: WebSocketConfig, _ node: Node) {
    if config.http2 == nil { node.refuseTrue("extended_connect", takes: "http2") }
    if config.http1 != nil || (config.http2 != nil && websocket.extendedConnect) { return }
    node.fail("no client can come to it; there are http1, and extended_connect with http2")
  }
}

extension Node {
  /// Reports a door that is opened in so many words and leads from nowhere. One that is open by
  /// default is nobody's mistake.
  fileprivate func refuseTrue(_ key: String, takes other: String) {
    guard case .object(let object) = value.kind,
      let member = object.members.first(where: { $0.key == key }),
      case .bool(true) = member.value.kind
    else { return }
    child(member).fail("takes \(other), which this listener does not speak")
  }
}

extension WebSocketConfig {
  enum Key: String, ObjectKey {
    case idleTimeout = "idle_timeout"
    case extendedConnect = "extended_connect"

    static let later: Set<String> = ["compression", "max_message", "ping_interval"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.idleTimeout, into: &idleTimeout, in: Ranges.timeout)
    object.read(.extendedConnect, into: &extendedConnect)
  }
}
