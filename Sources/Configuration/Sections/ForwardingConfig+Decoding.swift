import Addressing

extension ForwardingConfig {
  enum Key: String, ObjectKey {
    case trustedProxies = "trusted_proxies"
    case xForwarded = "x_forwarded"
    case forwarded
    case requestID = "request_id"
    case via
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    for node in object[.trustedProxies]?.elements() ?? [] { addTrusted(node) }
    object.read(.xForwarded, into: &xForwarded)
    object.read(.forwarded, into: &forwarded)
    object.read(.requestID, into: &requestID)
    if let node = object[.via], let text = node.string() {
      via = text
      if !isToken(text) { node.fail("expected a token: letters, digits and !#$%&'*+-.^_`|~") }
    }
  }

  private mutating func addTrusted(_ node: Node) {
    guard let text = node.string() else { return }
    if text == "unix" {
      trustsUnixPeers = true
      return
    }
    do throws(CIDRError) {
      let block = try CIDRBlock(parsing: text)
      if block.prefixLength == 0 { node.warn("everybody is trusted to say who the client is") }
      trustedProxies.append(block)
    } catch {
      node.fail("\"\(text)\": \(error)")
    }
  }
}
