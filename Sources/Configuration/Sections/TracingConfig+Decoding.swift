import Addressing

extension TracingConfig {
  enum Key: String, ObjectKey {
    case collector, path, service, sample

    static let later: Set<String> = ["fields", "tls"]
  }

  static let samples = 0...1_000_000

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    if let node = object.required(.collector), let text = node.string() {
      do throws(EndpointError) {
        let endpoint = try Endpoint.backend(text)
        switch endpoint {
        case .ip, .unix: collector = endpoint
        case .name, .service, .inherited:
          node.fail(
            "expected an IP address with a port, or unix:/path; names are not looked up here")
        }
      } catch {
        node.fail("\"\(text)\": \(error)")
      }
    }
    object.read(.path, into: &path)
    let isPlain = path.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    if path.utf8.first != UInt8(ascii: "/") || !isPlain {
      object[.path]?.fail("expected a path such as \"/v1/traces\"")
    }
    object.read(.service, into: &service)
    if let node = object[.service], let problem = nameProblem(service) { node.fail(problem) }
    object.read(.sample, into: &sample, in: Self.samples)
  }
}
