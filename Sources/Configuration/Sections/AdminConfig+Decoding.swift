import Addressing

extension AdminConfig {
  enum Key: String, ObjectKey {
    case bind
    case tokenFile = "token_file"

    static let later: Set<String> = ["tls"]
  }

  /// - Parameter bindings: Gets its addresses, and where each stands.
  init(decoding node: Node, bindings: inout [(endpoint: Endpoint, node: Node)]) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    tokenFile = object[.tokenFile]?.fileReference()
    let isGuarded = object[.tokenFile] != nil
    for node in object.required(.bind)?.oneOrMore() ?? [] {
      guard let text = node.string() else { continue }
      do throws(EndpointError) {
        for endpoint in try Endpoint.listening(on: text) {
          if let problem = Self.problem(with: endpoint, isGuarded: isGuarded) {
            node.fail(problem)
          } else {
            bind.append(endpoint)
            bindings.append((endpoint, node))
          }
        }
      } catch {
        node.fail("\"\(text)\": \(error)")
      }
    }
  }

  /// Who can speak to it can stop the daemon from serving: only this machine, and not every user of
  /// it.
  private static func problem(with endpoint: Endpoint, isGuarded: Bool) -> String? {
    switch endpoint {
    case .unix: return nil
    case .ip(let address, _):
      guard address.isLoopback else {
        return "admin listens on loopback addresses and unix sockets only"
      }
      return isGuarded ? nil : "TCP takes a token_file: every user of this machine could connect"
    case .name, .service, .inherited:
      return "expected a loopback address with a port, or unix:/path"
    }
  }
}
