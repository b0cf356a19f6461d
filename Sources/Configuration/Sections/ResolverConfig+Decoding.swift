import Addressing

extension ResolverConfig {
  enum Key: String, ObjectKey {
    case servers, timeout, tries
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    for element in object[.servers]?.oneOrMore() ?? [] {
      guard let text = element.string() else { continue }
      guard let server = Self.server(text) else {
        element.fail(
          "\"\(text)\": expected an IP address with or without a port, as in 10.0.0.1:53 or [::1]:53"
        )
        continue
      }
      if servers.contains(server) { element.fail("\(server) is listed already") }
      servers.append(server)
    }
    object.read(.timeout, into: &timeout, in: Ranges.nameTimeout)
    object.read(.tries, into: &tries, in: 1...10)
  }

  private static func server(_ text: String) -> Endpoint? {
    if let address = IPAddress(text) { return .ip(address, port: 53) }
    if case .ip(let address, let port)? = try? Endpoint.backend(text) {
      return .ip(address, port: port)
    }
    return nil
  }
}
